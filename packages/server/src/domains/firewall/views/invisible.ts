import { createCollector, type Decoded } from './decoded.ts';

/** What hides text: tags, variation selectors, zero-width characters. One look at a text without any costs one scan. */
// eslint-disable-next-line no-misleading-character-class -- each stands for itself
const anyHidden = /[\u200B-\u200F\u2060-\u2064\uFE00-\uFE0F\uFEFF]|\uDB40/;
const bitsPerChar = 8;
const leastHidden = 4;

const isPrintable = (text: string): boolean => {
  let printable = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= 0x20 || code === 10 || code === 9 || code === 13) printable += 1;
  }
  return printable >= text.length * 0.9;
};

/** Bytes as UTF-8, each character at the place of the first byte. */
const bytesToText = (
  name: string,
  bytes: readonly number[],
  places: readonly number[],
): readonly Decoded[] => {
  if (bytes.length < leastHidden) return [];
  const text = Buffer.from(bytes).toString('latin1');
  const utf8 = Buffer.from(bytes).toString('utf8');
  const best = utf8.includes('\uFFFD') ? text : utf8;
  if (!isPrintable(best)) return [];
  const origin = Uint32Array.from(
    { length: best.length },
    (_, n) => places[Math.min(n, places.length - 1)] ?? 0,
  );
  return [{ name, text: best, origin }];
};

/** Zero-width characters as bits, eight a character, either way round; the two kinds that occur most are 0 and 1. */
const decodeBits = (bits: readonly number[], places: readonly number[]): readonly Decoded[] => {
  if (bits.length < bitsPerChar * leastHidden) return [];
  const kinds = [...new Set(bits)].slice(0, 3);
  const [zero, one] = kinds;
  if (zero === undefined || one === undefined) return [];
  return [zero, one].flatMap((ofZero) => {
    const bytes: number[] = [];
    const at: number[] = [];
    const used = bits.flatMap((bit, n) => (bit === zero || bit === one ? [n] : []));
    for (let n = 0; n + bitsPerChar <= used.length; n += bitsPerChar) {
      let byte = 0;
      for (let k = 0; k < bitsPerChar; k += 1)
        byte = (byte << 1) | (bits[used[n + k] ?? 0] === ofZero ? 0 : 1);
      bytes.push(byte);
      at.push(places[used[n] ?? 0] ?? 0);
    }
    return bytesToText('zero-width', bytes, at);
  });
};

/** Texts written in invisible characters. */
export const decodeInvisible = (text: string): readonly Decoded[] => {
  if (!anyHidden.test(text)) return [];
  const tags = createCollector('tags');
  const selected: number[] = [];
  const selectedAt: number[] = [];
  const bits: number[] = [];
  const bitsAt: number[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0xdb40) {
      const point = text.codePointAt(i) ?? 0;
      if (point >= 0xe0020 && point <= 0xe007e) tags.add(String.fromCharCode(point - 0xe0000), i);
      if (point >= 0xe0100 && point <= 0xe01ef) {
        selected.push(point - 0xe0100 + 16);
        selectedAt.push(i);
      }
      i += 1;
    } else if (code >= 0xfe00 && code <= 0xfe0f) {
      selected.push(code - 0xfe00);
      selectedAt.push(i);
    } else if ((code >= 0x200b && code <= 0x200f) || (code >= 0x2060 && code <= 0x2064) || code === 0xfeff) {
      bits.push(code);
      bitsAt.push(i);
    }
  }
  const hidden = tags.length >= leastHidden ? [tags.done()] : [];
  return [
    ...hidden,
    ...bytesToText('variation-selectors', selected, selectedAt),
    ...decodeBits(bits, bitsAt),
  ];
};
