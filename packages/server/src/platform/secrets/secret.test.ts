import { format, inspect } from 'node:util';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createSecret } from './secret.ts';

const value = 'correct horse battery staple';

describe('a secret', () => {
  const secret = createSecret(value);

  it.each([
    ['String()', () => String(secret)],
    [
      'a template string', // eslint-disable-next-line @typescript-eslint/restrict-template-expressions
      () => `${secret}`,
    ],
    ['concatenation', () => 'is ' + String(secret)],
    ['JSON.stringify', () => JSON.stringify({ secret, list: [secret] })],
    ['util.inspect', () => inspect({ secret }, { depth: 9, showHidden: true, showProxy: true })],
    ['util.format', () => format('%s %o %O %j', secret, secret, secret, secret)],
    ['Object.entries', () => JSON.stringify(Object.entries(secret))],
  ])('never prints through %s', (_name, print) => {
    expect(print()).not.toContain(value);
  });

  it('prints as *** where something must be printed', () => {
    expect(String(secret)).toBe('***');
    expect(JSON.stringify({ secret })).toBe('{"secret":"***"}');
    expect(inspect(secret)).toBe('***');
  });

  it('never prints through plain pino', () => {
    const lines: string[] = [];
    const logger = pino({}, { write: (line: string) => lines.push(line) });
    logger.info({ held: secret, deep: { list: [secret] } }, 'message %s %o', secret, { secret });
    expect(lines.join('')).not.toContain(value);
    expect(lines.join('')).toContain('***');
  });

  it('reveals its value only when asked, and each time in a fresh buffer', () => {
    expect(secret.reveal()).toBe(value);
    secret.revealBytes().fill(0);
    expect(secret.revealBytes().toString()).toBe(value);
  });

  it('equals the same value and nothing else', () => {
    expect(secret.equals(value)).toBe(true);
    expect(secret.equals(createSecret(value))).toBe(true);
    expect(secret.equals(`${value} `)).toBe(false);
    expect(secret.equals('')).toBe(false);
    expect(secret.equals('***')).toBe(false);
  });

  it('cannot be altered', () => {
    expect(Object.isFrozen(secret)).toBe(true);
  });
});
