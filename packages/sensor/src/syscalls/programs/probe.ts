/** One syscall that is watched: where, which calls of it, and what is told of them. */
export interface Probe {
  /** Name of the syscall, as events call it. */
  readonly syscall: string;
  /** Before the call with its arguments, or after it with its result. */
  readonly at: 'enter' | 'exit';
  /** Statements that `when`, `numbers` and `text` build on; they must not fail. */
  readonly setup?: string;
  /** Which calls count, in bpftrace's words; the others cost nothing but this. */
  readonly when?: string;
  /** What is told as a number: name of the metadata and expression. At most `maxNumbers`. */
  readonly numbers: readonly (readonly [string, string])[];
  /** The one text that is told: name of the metadata and expression. */
  readonly text?: readonly [string, string];
  /** Calls a second of one process that are told; the rest is counted as dropped. */
  readonly perSecond: number;
  /** Statements that run for each call that counts, told or not. */
  readonly then?: string;
}

/** The kernel's stack holds 512 bytes: what is told of one call must fit beside one text. */
export const maxNumbers = 5;
/** Bytes of a text, its end included. */
export const textBytes = 160;

/** Up to eight characters as the number that memory holds them as, little endian. */
const wordOf = (text: string): string => `0x${Buffer.from(text, 'latin1').reverse().toString('hex')}`;
const maskOf = (text: string): string => `0x${'ff'.repeat(text.length)}`;

/** The first eight bytes of a text of the caller, as `$w`: comparing them costs far less than reading the text. */
export const firstWord = (pointer: string): string => `$w = *(uint64*)uptr((uint64)${pointer});`;

/** Whether the text behind `$w` begins with one of these; of each the first eight characters count. */
export const begins = (...prefixes: readonly string[]): string =>
  `(${prefixes
    .map((prefix) => prefix.slice(0, 8))
    .map((prefix) =>
      prefix.length === 8 ? `$w == ${wordOf(prefix)}` : `($w & ${maskOf(prefix)}) == ${wordOf(prefix)}`,
    )
    .join(' || ')})`;
