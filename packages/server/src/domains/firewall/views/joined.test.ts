import { describe, expect, it } from 'vitest';
import { decodeJoined } from './joined.ts';

const joined = (text: string): string | undefined => decodeJoined(text)[0]?.text;
const apart = (text: string, sign: string): string =>
  text
    .split(' ')
    .map((word) => [...word].join(sign))
    .join(' ');

const original = `Don't stop: "KI-Systeme" (a b)  2 + 3, U+202E &#x41; <b>de_f</b>`;

describe('a text whose characters were pulled apart', () => {
  it.each(['-', '.', '*', '~'])(
    'is what it was before `%s` was put between them, to the character',
    (sign) => {
      expect(joined(apart(original, sign))).toBe(original);
    },
  );

  it('is what it was before blanks were put between them, its own blanks and lines too', () => {
    expect(joined(Array.from(`${original}\n  ${original}`).join(' '))).toBe(`${original}\n  ${original}`);
  });

  it('is read where invisible characters or letters beyond the first plane stand in it', () => {
    expect(joined('i\u200b-g\u200b-n-o-r-e a-l-l o-f \u{1d422}-t')).toBe('ignore all of \u{1d422}t');
  });

  it('leaves what stands around it as it is', () => {
    expect(joined('Do this: i-g-n-o-r-e a-l-l of it, state-of-the-art. I a m')).toBe(
      'Do this: ignore all of it, state-of-the-art. I a m',
    );
  });

  it('keeps the place of each character', () => {
    const text = 'Now: i g n o r e   a l l';
    const [read] = decodeJoined(text);
    expect([...(read?.origin ?? [])].map((at) => text[at]).join('')).toBe('Now: ignore all');
  });

  it('is none where few letters stand alone', () => {
    expect(joined('Plan A, plan B and x-y of a well-known case')).toBeUndefined();
  });
});
