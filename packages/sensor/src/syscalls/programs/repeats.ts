/*
 * The same call of one process, over and over: the first of a second is told at once, then every sixteenth with its number. What
 * is the same is known by a hash with a secret of this run, so that no process can make a call that counts look like one
 * that was told.
 */

/** Bytes of a path that are looked at: all that are told. */
const words = 20;
/** Places of the table; a call that takes another one's place only makes that one be told again. */
const places = 16_383;
/** Odd, and below 2^63, which is what bpftrace reads. */
const factor = '0x1e3779b97f4a7c15';
const sevens = '0x7f7f7f7f7f7f7f7f';
const ones = '0x0101010101010101';

const mix = (value: string): string =>
  `$h = ($h ^ (uint64)(${value})) * (uint64)${factor}; $h = $h ^ ($h >> 29);`;
/** A read over the end of a page tells nothing: then the call is like no other. */
const mixText = (pointer: string): string => `$j = 0;
    while ($j < ${String(words)}) {
      $v = *(uint64*)uptr((uint64)${pointer} + (uint64)$j * 8);
      if ($v == 0 && *(uint8*)uptr((uint64)${pointer} + (uint64)$j * 8) != 0) { $alike = 0; break; }
      ${mix('$v')}
      if ((((($v & (uint64)${sevens}) + (uint64)${sevens} | $v) >> 7) & (uint64)${ones}) != (uint64)${ones}) { break; }
      $j++;
    }`;

/** `$n`: the how manieth of its kind in this second. */
export const countAlike = (
  secret: bigint,
  numbers: readonly string[],
  path: string | undefined,
): string => `$n = (uint64)1; $alike = 1; $h = (uint64)0x${(secret & 0x7fff_ffff_ffff_ffffn).toString(16)};
    ${[...numbers, 'pid', 'nsecs / 1000000000'].map(mix).join(' ')}
    ${path === undefined ? '' : `if (($w & 0xff) == 0x2f) { ${mixText(path)} } else { $alike = 0; }`}
    if ($alike == 1) {
      $tag = $h >> 16;
      $before = @alike[$h & ${String(places)}];
      if ($before >> 16 == $tag) { $n = ($before & 0xffff) + 1; }
      @alike[$h & ${String(places)}] = ($tag << 16) | ($n & 0xffff);
    }`;
/** Whether this one is told. */
export const isTold = '($n & 15) == 1';
