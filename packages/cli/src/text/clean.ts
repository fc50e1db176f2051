import { stripVTControlCharacters } from 'node:util';

/** C0, DEL and C1 without tab and line feed, line and paragraph separators, and marks that reorder text. */
const hostile =
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu;
/** Lone surrogates: half of a character, which some terminals print as garbage. */
const loneSurrogate = /\p{Surrogate}/gu;

/**
 * Text from a server may carry whatever a GPU's, a process's or a person's name carries. This removes escape
 * sequences, control characters and bidirectional overrides, so that it can neither drive the terminal nor pose as
 * something else. Tabs and line feeds stay.
 */
export const cleanBlock = (text: string): string =>
  stripVTControlCharacters(text).replace(hostile, '').replace(loneSurrogate, '\ufffd');

/** The same on one line: runs of white space become one space. */
export const cleanLine = (text: string): string => cleanBlock(text).replace(/\s+/gu, ' ').trim();

/** JSON for a terminal or a pipe: the same values, with every character that drives a terminal escaped. */
export const cleanJson = (value: unknown, indent?: number): string =>
  JSON.stringify(value ?? null, null, indent).replace(
    /[\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
