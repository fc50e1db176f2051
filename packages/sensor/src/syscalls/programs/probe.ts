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
  /** Calls with the same numbers, and the same text behind this pointer, are told once and then counted. */
  readonly repeats?: { readonly path?: string };
  /** Calls a second of one process that are told; the rest is counted as dropped. */
  readonly perSecond: number;
  /** Statements that run for each call that counts, told or not. */
  readonly then?: string;
  /** Statements that run for each call that does not count. */
  readonly otherwise?: string;
  /** The text is a path: where it is relative, its place is found and told in parts before. */
  readonly relative?: Relative;
}

/** How relative paths of a call are looked at. */
export interface Relative {
  /** The path in the caller's memory. */
  readonly pointer: string;
  /** The descriptor of the directory that it begins at; none: the working directory. */
  readonly directory?: string;
  readonly setup?: string;
  /** What is asked before the place is looked for; none: nothing. */
  readonly asks?: string;
  /** What is asked of the place; none: every place counts, and `when` of the probe says which calls. */
  readonly where?: string;
  /** What the clause of the call finds in `@place`; none: 1. */
  readonly mark?: string;
}

/** The kernel's stack holds 512 bytes: what is told of one call must fit beside one text. */
export const maxNumbers = 5;
/** Bytes of a text, its end included. */
export const textBytes = 160;

/** Whether a word is this whole name of less than eight characters. */
export const wordIs = (word: string, name: string): string =>
  `(${word} & ${maskOf(`${name}\0`)}) == ${wordOf(name)}`;

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
