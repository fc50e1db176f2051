import { maxBlocks, type Block, type Blocks, type MemoryBlocks } from '../blocks.ts';
import { redisKey, type RedisLink } from './link.ts';
import { putBlocksScript, readBlocksScript } from './scripts.ts';

const keys = [redisKey('blocks'), redisKey('blocks', 'version'), redisKey('blocks', 'details')];

/** Blocks that one script takes at most. */
const batch = 500;

const blockOf = (key: string, details: string): Block | undefined => {
  const [since, until, reason] = details.split(' ', 3);
  if (since === undefined || until === undefined || reason === undefined) return undefined;
  return { key, reason, sinceMs: Number(since), untilMs: Number(until) };
};

const blocksIn = (answer: readonly unknown[]): { block: Block; leftMs: number }[] => {
  const found: { block: Block; leftMs: number }[] = [];
  for (let index = 1; index + 2 < answer.length; index += 3) {
    const block = blockOf(String(answer[index]), String(answer[index + 2]));
    if (block !== undefined) found.push({ block, leftMs: Number(answer[index + 1]) });
  }
  return found;
};

/**
 * Blocks that all replicas know within a beat (1 s): each keeps them in memory, so that a blocked client costs no round
 * trip, and reads the list anew when its version in Redis has changed. What was placed or lifted while Redis was away is
 * said when it is back, and a Redis that lost the list is told it again.
 */
export const createSharedBlocks = (memory: MemoryBlocks, link: RedisLink): Blocks => {
  /** What Redis has not taken yet. */
  const unsaid = new Set<string>();
  let version = 0;

  const say = async (): Promise<void> => {
    const part = [...unsaid].slice(0, batch);
    if (part.length === 0) return;
    const known = new Map(memory.list().map((block) => [block.key, block]));
    const args = part.flatMap((key) => {
      const block = known.get(key);
      const details = block === undefined ? '' : `${block.sinceMs} ${block.untilMs} ${block.reason}`;
      return [key, String(Math.ceil(memory.leftMs(key))), details];
    });
    await link.run(putBlocksScript, keys, [String(maxBlocks), ...args]);
    for (const key of part) unsaid.delete(key);
  };
  const read = async (): Promise<void> => {
    const answer = await link.run(readBlocksScript, keys, [String(maxBlocks)]);
    const mine = memory
      .list()
      .filter(({ key }) => unsaid.has(key))
      .map((block) => ({ block, leftMs: memory.leftMs(block.key) }));
    const theirs = blocksIn(answer).filter(({ block }) => !unsaid.has(block.key));
    memory.replace([...theirs, ...mine]);
    version = Number(answer[0]);
  };
  const sync = async (now: number): Promise<void> => {
    // The version only grows: a smaller one is a Redis that lost its data.
    if (now < version) for (const { key } of memory.list()) unsaid.add(key);
    const had = unsaid.size;
    await say();
    if (now !== version || had > 0) await read();
  };
  /** What fails is tried again with the next beat. */
  const quietly = (work: Promise<void>): void => void work.catch(() => undefined);

  memory.onPlaced(({ key }) => {
    if (unsaid.size < maxBlocks) unsaid.add(key);
    if (!link.away()) quietly(say());
  });
  link.onBeat((beat) => {
    if (!link.away()) quietly(sync(beat.version));
  });

  return {
    any: memory.any,
    secondsLeft: memory.secondsLeft,
    strike: memory.strike,
    list: memory.list,
    lift: async (key) => {
      const lifted = await memory.lift(key);
      if (!lifted) return false;
      unsaid.add(key);
      if (!link.away()) await say().catch(() => undefined);
      return true;
    },
  };
};
