/** Ranges that terminals draw two columns wide (Unicode East Asian Width W and F, and emoji). */
const wideRanges: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x2e80, 0x303e],
  [0x3041, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f000, 0x1faff],
  [0x20000, 0x3fffd],
];

const isWide = (codePoint: number): boolean =>
  codePoint >= 0x1100 && wideRanges.some(([low, high]) => codePoint >= low && codePoint <= high);

const plainAscii = /^[\x20-\x7e]*$/;

const graphemes = (text: string): readonly string[] =>
  [...new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text)].map((part) => part.segment);

/** Columns that one grapheme takes: what its first code point takes; marks alone take none. */
const graphemeWidth = (grapheme: string): number => {
  if (/^\p{Mark}+$/u.test(grapheme)) return 0;
  return isWide(grapheme.codePointAt(0) ?? 0) || grapheme.includes('\ufe0f') ? 2 : 1;
};

/** Columns that clean text takes on a terminal. */
export const displayWidth = (text: string): number =>
  plainAscii.test(text) ? text.length : graphemes(text).reduce((sum, part) => sum + graphemeWidth(part), 0);

/** The text in at most `columns` columns, ending in `…` where something was left out. */
export const truncate = (text: string, columns: number): string => {
  if (displayWidth(text) <= columns) return text;
  if (columns < 1) return '';
  let kept = '';
  let used = 0;
  for (const part of graphemes(text)) {
    const width = graphemeWidth(part);
    if (used + width > columns - 1) break;
    kept += part;
    used += width;
  }
  return `${kept}…`;
};

/** The text filled with spaces to `columns` columns. */
export const pad = (text: string, columns: number, align: 'left' | 'right' = 'left'): string => {
  const space = ' '.repeat(Math.max(0, columns - displayWidth(text)));
  return align === 'left' ? text + space : space + text;
};
