import { createRandom } from '../../tools/firewall/grammar.ts';

type Mutation = (text: string, random: () => number) => string;

const homoglyphs: Readonly<Record<string, string>> = {
  a: 'аɑ',
  c: 'сϲ',
  e: 'еҽ',
  i: 'іι',
  o: 'оο',
  p: 'рρ',
  s: 'ѕ',
  x: 'х',
  y: 'у',
  n: 'ո',
  h: 'һ',
  d: 'ԁ',
  g: 'ɡ',
  k: 'κ',
  v: 'ν',
  w: 'ԝ',
  u: 'υս',
  A: 'АΑ',
  B: 'ВΒ',
  E: 'ЕΕ',
  I: 'ІΙ',
  O: 'ОΟ',
  T: 'ТΤ',
  M: 'МΜ',
  H: 'НΗ',
  P: 'РΡ',
  S: 'Ѕ',
};
const leet: Readonly<Record<string, string>> = { a: '4', e: '3', i: '1', o: '0', s: '5', t: '7' };
const leetSigns: Readonly<Record<string, string>> = {
  a: '@',
  e: '3',
  i: '!',
  o: '0',
  s: '$',
  t: '7',
  b: '8',
  g: '9',
  l: '1',
};

const each = (text: string, change: (char: string) => string): string => [...text].map(change).join('');
const pick = (choices: string, random: () => number): string =>
  [...choices][Math.floor(random() * [...choices].length)] ?? '';
const mapped = (map: Readonly<Record<string, string>>, char: string): string =>
  map[char.toLowerCase()] ?? char;
const rot13 = (char: string): string => {
  const base = /[a-z]/.test(char) ? 97 : 65;
  return /[a-z]/i.test(char) ? String.fromCharCode(((char.charCodeAt(0) - base + 13) % 26) + base) : char;
};
/** Inner letters in another order; first and last stay. */
const scramble = (word: string, random: () => number): string => {
  const inner = [...word.slice(1, -1)];
  for (let n = inner.length - 1; n > 0; n -= 1) {
    const other = Math.floor(random() * (n + 1));
    [inner[n], inner[other]] = [inner[other] ?? '', inner[n] ?? ''];
  }
  return `${word[0] ?? ''}${inner.join('')}${word.at(-1) ?? ''}`;
};
const bytes = (text: string): readonly number[] => [...Buffer.from(text)];
const escapedHtml = (char: string): string => `&#${String(char.codePointAt(0))};`;

/** The changes of detection.md that defeat guards, and the encodings beside them. */
export const mutations: Readonly<Record<string, Mutation>> = {
  homoglyphs: (text, random) =>
    each(text, (char) =>
      homoglyphs[char] === undefined || random() < 0.3 ? char : pick(homoglyphs[char], random),
    ),
  'fullwidth letters': (text) =>
    each(text, (char) => (/[!-~]/.test(char) ? String.fromCharCode(char.charCodeAt(0) + 0xfee0) : char)),
  'mathematical letters': (text) =>
    each(text, (char) =>
      /[a-z]/.test(char) ? String.fromCodePoint(0x1d41a + char.charCodeAt(0) - 97) : char,
    ),
  'tag characters': (text) =>
    `Hello. ${each(text, (char) => (/[ -~]/.test(char) ? String.fromCodePoint(0xe0000 + char.charCodeAt(0)) : ''))}`,
  'variation selectors': (text) =>
    `😀${bytes(text)
      .map((byte) => String.fromCodePoint(byte < 16 ? 0xfe00 + byte : 0xe0100 + byte - 16))
      .join('')}`,
  'zero-width between letters': (text, random) =>
    each(text, (char) => `${char}${pick('\u200b\u200c\u200d\u2060', random)}`),
  ROT13: (text) => each(text, rot13),
  leetspeak: (text) => each(text, (char) => mapped(leet, char)),
  'leetspeak with signs': (text) => each(text, (char) => mapped(leetSigns, char)),
  'spaced letters': (text) => [...text].join(' '),
  'dashed letters': (text) =>
    text
      .split(' ')
      .map((word) => [...word].join('-'))
      .join(' '),
  reversal: (text) => [...text].reverse().join(''),
  'reversed words': (text) =>
    text
      .split(' ')
      .map((word) => [...word].reverse().join(''))
      .join(' '),
  typoglycemia: (text, random) => text.replace(/[A-Za-z]{4,}/g, (word) => scramble(word, random)),
  base64: (text) => Buffer.from(text).toString('base64'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'HTML escapes': (text) => each(text, escapedHtml),
  'URL escapes': (text) =>
    bytes(text)
      .map((byte) => `%${byte.toString(16).padStart(2, '0')}`)
      .join(''),
  'alternating case': (text) =>
    [...text].map((char, n) => (n % 2 === 0 ? char.toUpperCase() : char.toLowerCase())).join(''),
};

export const mutate = (name: string, text: string, seed: number): string =>
  mutations[name]?.(text, createRandom(seed)) ?? text;
