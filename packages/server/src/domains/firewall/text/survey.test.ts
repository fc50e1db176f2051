import { describe, expect, it } from 'vitest';
import { surveyOf } from './survey.ts';

describe('one look at a text', () => {
  it('counts digits, the most in a row and the most with little between', () => {
    expect(surveyOf('a1 22-333 (4444)  5555')).toMatchObject({
      digits: 14,
      digitRun: 4,
      digitChain: 10,
    });
    expect(surveyOf('no number')).toMatchObject({ digits: 0, digitRun: 0, digitChain: 0 });
    expect(surveyOf('555) - 12')).toMatchObject({ digitChain: 3 });
  });

  it('tells the longest word, bytes in hexadecimal and what may be base64, to the end of the text', () => {
    const { wordRun, hexRun, encodedRun, encoded } = surveyOf('snake_case1, 0x41 0x42 and aGVsbG8/d29ybGQ=');
    expect({ wordRun, hexRun, encodedRun, encoded }).toEqual({
      wordRun: 11,
      hexRun: 15,
      encodedRun: 15,
      encoded: [[27, 42]],
    });
    expect(surveyOf('abcdefghijkl').encoded).toEqual([[0, 12]]);
  });

  it('holds each mark that stands in a text, and not one whose characters never meet', () => {
    const { mayHold } = surveyOf('a key ghp_x and \u{1f600}glpat-\u00e9');
    expect(['ghp_', 'glpat-', 'key'].map(mayHold)).toEqual([true, true, true]);
    expect(['AKIA', 'hf_', 'k_live_'].map(mayHold)).toEqual([false, false, false]);
  });
});
