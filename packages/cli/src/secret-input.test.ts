import { describe, expect, it } from 'vitest';
import { editSecret, emptySecret } from './secret-input.ts';

describe('secret input', () => {
  it('takes back whole characters and ignores other controls', () => {
    expect(editSecret(emptySecret, 'ab\u007fc\u0001d😀\u007f\r')).toEqual({ kind: 'done', text: 'acd' });
    expect(editSecret(emptySecret, 'wrong\u0015right\n')).toEqual({ kind: 'done', text: 'right' });
  });
  it('ends without a password on Ctrl-C and on Ctrl-D with nothing typed', () => {
    expect(editSecret(emptySecret, 'ab\u0003')).toEqual({ kind: 'interrupted' });
    expect(editSecret(emptySecret, '\u0004')).toEqual({ kind: 'interrupted' });
  });
});
