import { createHash } from 'node:crypto';

/** A script that Redis runs as one step. */
export interface RedisScript {
  readonly source: string;
  readonly sha1: string;
}

const script = (source: string): RedisScript => ({
  source,
  sha1: createHash('sha1').update(source).digest('hex'),
});

/**
 * Shared by the scripts. Time is Redis's own, in microseconds, so that the clocks of replicas do not matter. A counter
 * is kept as `level at`. A time in the future (Redis's clock went back, or another machine took over) counts as now:
 * the level stays until it leaks, and nobody is locked out for the hour that the clock lost.
 */
const prelude = `
local t = redis.call('TIME')
local now = tonumber(t[1]) * 1000000 + tonumber(t[2])
local function read(key, quota, window, floor)
  local level = 0
  local raw = redis.call('GET', key)
  if raw then
    local l, at = string.match(raw, '^(%S+) (%S+)$')
    if l then
      local elapsed = now - tonumber(at)
      if elapsed < 0 then elapsed = 0 end
      level = tonumber(l) - elapsed * quota / window
      if level < 0 then level = 0 end
    end
  end
  if floor > level then level = floor end
  return level
end
local function write(key, quota, window, level)
  if level <= 0 then redis.call('DEL', key) return end
  redis.call('SET', key, string.format('%.9f %.0f', level, now), 'PX', math.ceil(level / quota * window / 1000) + 1)
end
`;

/**
 * Takes all or nothing. KEYS: counters. ARGV, four for each: quota, window in µs, units, and the level that the caller
 * knows to be reached at least (what a Redis that lost its data has forgotten).
 * Answers 1 or 0, then the level of each before the taking.
 */
export const takeScript = script(`${prelude}
local levels, taken = {}, 1
for i = 1, #KEYS do
  local a = (i - 1) * 4
  local quota, units = tonumber(ARGV[a + 1]), tonumber(ARGV[a + 3])
  levels[i] = read(KEYS[i], quota, tonumber(ARGV[a + 2]), tonumber(ARGV[a + 4]))
  if levels[i] + units > quota * (1 + 1e-9) then taken = 0 end
end
local answer = {taken}
for i = 1, #KEYS do
  local a = (i - 1) * 4
  local units = tonumber(ARGV[a + 3])
  local after = levels[i]
  if taken == 1 then after = after + units end
  if units > 0 or levels[i] > 0 then write(KEYS[i], tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), after) end
  answer[i + 1] = string.format('%.9f', levels[i])
end
return answer`);

/** Gives back what expired holds of a counter held; 100 at a time. */
const giveBack = `
local function expire(holds, level)
  local gone = redis.call('ZRANGEBYSCORE', holds, '-inf', now, 'LIMIT', 0, 100)
  for _, member in ipairs(gone) do
    level = level - tonumber(string.match(member, ':(%S+)$'))
    redis.call('ZREM', holds, member)
  end
  if level < 0 then level = 0 end
  return level
end
`;

/**
 * Holds units. KEYS: counter, its holds. ARGV: quota, window in µs, units, floor, id of the hold, lifetime in µs.
 * Answers 1 or 0, and the level before.
 */
export const reserveScript = script(`${prelude}${giveBack}
local quota, window, units = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local level = read(KEYS[1], quota, window, 0)
level = expire(KEYS[2], level)
if tonumber(ARGV[4]) > level then level = tonumber(ARGV[4]) end
local held = 0
if level + units <= quota * (1 + 1e-9) then
  held = 1
  local life = tonumber(ARGV[6])
  redis.call('ZADD', KEYS[2], string.format('%.0f', now + life), ARGV[5] .. ':' .. ARGV[3])
  local left = redis.call('PTTL', KEYS[2])
  local keep = math.ceil(life / 1000) + math.ceil(window / 1000)
  if left < keep then redis.call('PEXPIRE', KEYS[2], keep) end
  write(KEYS[1], quota, window, level + units)
else
  write(KEYS[1], quota, window, level)
end
return {held, string.format('%.9f', level)}`);

/**
 * Settles a hold. KEYS: counter, its holds. ARGV: quota, window in µs, actual units, id of the hold, held units.
 * Where the hold is gone, all of the actual units are charged. Answers the level after.
 */
export const settleScript = script(`${prelude}${giveBack}
local quota, window = tonumber(ARGV[1]), tonumber(ARGV[2])
local level = read(KEYS[1], quota, window, 0)
local actual = tonumber(ARGV[3])
if redis.call('ZREM', KEYS[2], ARGV[4] .. ':' .. ARGV[5]) == 1 then actual = actual - tonumber(ARGV[5]) end
level = expire(KEYS[2], level) + actual
if level < 0 then level = 0 end
write(KEYS[1], quota, window, level)
return {string.format('%.9f', level)}`);

/**
 * A replica's sign of life. KEYS: replicas, version of the blocks. ARGV: id of the replica, how long a silent one
 * counts in µs. Answers how many replicas there are and the version.
 */
export const beatScript = script(`${prelude}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now - tonumber(ARGV[2])))
redis.call('ZADD', KEYS[1], string.format('%.0f', now), ARGV[1])
return {redis.call('ZCARD', KEYS[1]), tonumber(redis.call('GET', KEYS[2]) or '0')}`);

/**
 * Changes the shared blocks. KEYS: blocks, version, what is known of each. ARGV: most that are kept, then three for each
 * block: key, milliseconds left (0 lifts it), details. Answers the version after.
 */
export const putBlocksScript = script(`${prelude}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
for a = 2, #ARGV, 3 do
  local left = tonumber(ARGV[a + 1])
  if left > 0 then
    redis.call('ZADD', KEYS[1], string.format('%.0f', now + left * 1000), ARGV[a])
    redis.call('HSET', KEYS[3], ARGV[a], ARGV[a + 2])
  else
    redis.call('ZREM', KEYS[1], ARGV[a])
    redis.call('HDEL', KEYS[3], ARGV[a])
  end
end
local over = redis.call('ZCARD', KEYS[1]) - tonumber(ARGV[1])
if over > 0 then redis.call('ZREMRANGEBYRANK', KEYS[1], 0, over - 1) end
if redis.call('HLEN', KEYS[3]) > 2 * redis.call('ZCARD', KEYS[1]) + 100 then
  for _, key in ipairs(redis.call('HKEYS', KEYS[3])) do
    if not redis.call('ZSCORE', KEYS[1], key) then redis.call('HDEL', KEYS[3], key) end
  end
end
return {redis.call('INCR', KEYS[2])}`);

/** KEYS: blocks, version, details. ARGV: most. Answers the version, then key, milliseconds left and details of each. */
export const readBlocksScript = script(`${prelude}
local answer = {tonumber(redis.call('GET', KEYS[2]) or '0')}
local found = redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. string.format('%.0f', now), '+inf', 'WITHSCORES', 'LIMIT', 0, tonumber(ARGV[1]))
for i = 1, #found, 2 do
  answer[#answer + 1] = found[i]
  answer[#answer + 1] = math.ceil((tonumber(found[i + 1]) - now) / 1000)
  answer[#answer + 1] = redis.call('HGET', KEYS[3], found[i]) or ''
end
return answer`);
