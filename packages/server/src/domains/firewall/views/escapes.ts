import { createCollector, type Decoded } from './decoded.ts';

const named: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  nbsp: ' ',
  sol: '/',
  colon: ':',
  period: '.',
  comma: ',',
  excl: '!',
  quest: '?',
  lowbar: '_',
  hyphen: '-',
  lpar: '(',
  rpar: ')',
  NewLine: '\n',
  Tab: '\t',
};
/** Fewer escapes than this are punctuation, not a hidden text. */
const leastEscapes = 3;

const ofCode = (code: number): string =>
  code > 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff) ? String.fromCodePoint(code) : '';

interface Escape {
  readonly length: number;
  readonly value: string;
}

/** Each pattern is anchored and of bounded length, so a text of nothing but beginnings stays linear. */
const patterns: readonly (readonly [string, RegExp, (match: RegExpExecArray) => string])[] = [
  ['&', /&#x([0-9a-f]{1,6});?/iy, (m) => ofCode(Number.parseInt(m[1] ?? '', 16))],
  ['&', /&#(\d{1,7});?/y, (m) => ofCode(Number(m[1]))],
  ['&', /&([A-Za-z]{2,8});/y, (m) => named[m[1] ?? ''] ?? ''],
  ['\\', /\\u\{?([0-9a-f]{4,5})\}?/iy, (m) => ofCode(Number.parseInt(m[1] ?? '', 16))],
  ['\\', /\\x([0-9a-f]{2})/iy, (m) => ofCode(Number.parseInt(m[1] ?? '', 16))],
  ['\\', /\\([0-3][0-7]{2})/y, (m) => ofCode(Number.parseInt(m[1] ?? '', 8))],
  ['%', /(?:%[0-9a-f]{2}){1,4}/iy, (m) => percent(m[0])],
];

const percent = (run: string): string => {
  try {
    return decodeURIComponent(run);
  } catch {
    return run
      .split('%')
      .slice(1)
      .map((hex) => ofCode(Number.parseInt(hex, 16)))
      .join('');
  }
};

const escapeAt = (text: string, at: number): Escape | undefined => {
  const char = text[at];
  for (const [first, pattern, valueOf] of patterns) {
    if (first !== char) continue;
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    const value = match === null ? '' : valueOf(match);
    if (match !== null && value !== '') return { length: match[0].length, value };
  }
  return undefined;
};

/** HTML, URL and backslash escapes read as what they stand for; `+` between escaped words is a space. */
export const decodeEscapes = (text: string): readonly Decoded[] => {
  if (!/[&%\\]/.test(text)) return [];
  const read = createCollector('escapes');
  let escapes = 0;
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i] ?? '';
    const escape = char === '&' || char === '%' || char === '\\' ? escapeAt(text, i) : undefined;
    if (escape === undefined) read.add(char, i);
    else {
      read.add(escape.value, i);
      escapes += 1;
      i += escape.length - 1;
    }
  }
  return escapes < leastEscapes ? [] : [read.done()];
};
