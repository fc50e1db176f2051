import { createHmac, createSecretKey } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createDigester } from './digest.ts';

const digester = createDigester(createSecretKey(Buffer.alloc(32, 5)));
const token = 'ghp_abcdefghijklmnopqrstuvwxyz0123456789';
const hmac = (text: string) => `hmac:${createHmac('sha256', Buffer.alloc(32, 5)).update(text).digest('hex')}`;

describe('digests of secrets', () => {
  it('are the HMAC-SHA256 of the secret, the same wherever it stands', () => {
    expect(digester.secret(token)).toBe(hmac(token));
    expect(digester.text(`curl/8 ${token} end`)).toBe(`curl/8 ${hmac(token)} end`);
    expect(digester.underName('api_key', token)).toBe(hmac(token));
    expect(digester.underName('api_key', 12_345_678)).toBe(hmac('12345678'));
  });

  it('are those of each secret by itself, whatever came before', () => {
    const many = Array.from({ length: 3000 }, (_, index) => `token-of-${String(index)}-abcdefghij`);
    for (const secret of [...many, ...many.toReversed()])
      expect(digester.underName('token_id', secret)).toBe(hmac(secret));
    for (const name of ['records', 'token_id', 'records', 'token_id'])
      expect(digester.underName(name, 'plain')).toBe(name === 'records' ? 'plain' : hmac('plain'));
  });

  it('replace all between the first and the last of several', () => {
    const text = `a ${token} b ${token} c`;
    expect(digester.text(text)).toBe(`a ${hmac(`${token} b ${token}`)} c`);
  });

  it('leave what is no secret as it is', () => {
    expect(digester.text('node:0199 of *** things')).toBe('node:0199 of *** things');
    expect(digester.underName('prompt_tokens', 512)).toBe(512);
    expect(digester.underName('has_password', true)).toBe(true);
    expect(digester.underName('records', 100)).toBe(100);
  });
});
