import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSecret } from '../secrets/index.ts';
import { maskText, maskValue } from './mask.ts';

const jwt = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhZG1pbiJ9.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg';
const apiKey = 'Zk3_'.repeat(21) + 'aB';
const pem = `-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIHVuc2VlbmtleW1hdGVyaWFs\n-----END PRIVATE KEY-----`;

describe('masked text', () => {
  it.each([
    ['a bearer token', 'Authorization: Bearer abc.def-ghi', 'abc.def-ghi'],
    ['a short bearer token in prose', 'got bearer s3cret from the client', 's3cret'],
    ['basic credentials', 'Authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
    ['basic credentials in prose', 'header was Basic dXNlcjpwYXNz here', 'dXNlcjpwYXNz'],
    ['a JSON field', '{"api_key": "hunter2"}', 'hunter2'],
    ['a JSON field that was escaped', JSON.stringify(JSON.stringify({ password: 'hun"ter2' })), 'ter2'],
    [
      'a JSON field that was escaped twice',
      JSON.stringify(JSON.stringify(JSON.stringify({ token: 'a"hunter2' }))),
      'hunter2',
    ],
    ['a JSON value with an escaped quote', JSON.stringify({ password: 'a"hunter2' }), 'hunter2'],
    [
      'a JSON value that ends in a backslash',
      JSON.stringify({ password: 'hunter2\\', next: 'kept' }),
      'hunter2',
    ],
    ['an inspected object', "{ apiKey: 'hunter2', n: 1 }", 'hunter2'],
    ['a form', 'user=a&password=hunter2&x=1', 'hunter2'],
    ['a query', 'GET /x?access_token=hunter2&b=1', 'hunter2'],
    ['an environment', 'POSTGRES_PASSWORD=hunter2', 'hunter2'],
    ['a header', 'x-llm-token: hunter2', 'hunter2'],
    ['cookies', 'Cookie: a=hunter2; b=hunter2', 'hunter2'],
    ['a JWT', `sent ${jwt} on`, 'c2lnbmF0dXJl'],
    ['one of our API keys', `key ${apiKey} used`, apiKey],
    ['an AWS key id', 'AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
    ['an AWS secret', 'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'wJalrXUtnFEMI'],
    [
      'an AWS secret in prose',
      'the secret access key is wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
      'wJalrXUtnFEMI',
    ],
    ['a URL’s password', 'postgresql://u:hunter2@db/x', 'hunter2'],
    ['a URL’s password with signs', 'postgresql://u:hun/t@er2:x@db/x', 'er2'],
    ['a URL’s password without a user', 'redis://:hunter2@cache:6379/0', 'hunter2'],
    ['a URL’s token', 'https://hunter2@example.org/x', 'hunter2'],
    ['a PEM private key', `key:\n${pem}\nafter`, 'MC4CAQAwBQ'],
    ['a PEM private key without its end', pem.slice(0, 60), 'MC4CAQAwBQ'],
    ['a PEM private key in JSON', JSON.stringify({ file: pem }), 'MC4CAQAwBQ'],
    ['an OpenAI key', 'using sk-proj-abcdefghijkl0123', 'abcdefghijkl'],
  ])('hides %s', (_what, text, secret) => {
    expect(maskText(text)).not.toContain(secret);
    expect(maskText(text)).toContain('***');
  });

  it.each([
    'GET /api/v1/nodes/0198f3c2-7d1a-7c3e-9a51-2f6d8b1c4e70/gpus?limit=10 200',
    'loaded nvidia.ko sha256 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
    'used max_tokens: 512 and "prompt_tokens": 17',
    'see https://example.org/docs/@scope and mail ops@example.org',
    'basic checks of the digest passed',
    '2026-11-22T07:15:00.000Z worker 3 of 8, 12.5 %, /usr/lib/modules/6.1.0-30-amd64/kernel/drivers/gpu/drm',
  ])('leaves ordinary words alone: %s', (text) => {
    expect(maskText(text)).toBe(text);
  });

  it('shows where a secret was, and what stands around it', () => {
    expect(maskText('{"user":"ada","password":"x","n":1}')).toBe('{"user":"ada","password":"***","n":1}');
    expect(maskText('postgresql://u:p@db:5432/x failed')).toBe('postgresql://u:***@db:5432/x failed');
  });

  it('cuts a long text without leaving half of a secret at the end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 16_200, max: 16_400 }), (length) => {
        const masked = maskText(`${'word '.repeat(4000).slice(0, length)} Bearer ${jwt} ${apiKey} end`);
        expect(masked).not.toContain(jwt.slice(0, 12));
        expect(masked).not.toContain(apiKey.slice(0, 12));
        expect(masked.length).toBeLessThan(16_500);
      }),
    );
  });
});

/** Credentials that give themselves away by their form, whatever surrounds them. */
const formed = fc.oneof(
  fc.stringMatching(/^[A-Za-z0-9_-]{86}$/),
  fc
    .tuple(fc.constantFrom('AKIA', 'ASIA'), fc.stringMatching(/^[A-Z0-9]{16}$/))
    .map((parts) => parts.join('')),
  fc
    .tuple(fc.stringMatching(/^[A-Za-z0-9_-]{10,40}$/), fc.stringMatching(/^[A-Za-z0-9_-]{20,60}$/))
    .map(([header, rest]) => `eyJ${header}.eyJ${rest}.${rest}`),
);
const surroundings = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.constantFrom('', 'x', '"', '\\', '://', 'eyJ', '-'),
);

const fieldNames = fc.constantFrom(
  'password', 'api_key', 'apiKey', 'X-API-Key', 'authorization', 'Cookie', 'set-cookie', 'x-llm-token', 'refresh_token',
  'clientSecret', 'SECRET_KEY', 'private_key', 'credentials', 'HMAC_SECRET_KEY', 'passphrase',
); // prettier-ignore

/** Starts with a mark, so that finding it in the output cannot be chance. */
const marked = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).map((text) => `hunter2${text}`);

describe('a secret embedded anywhere', () => {
  it('never comes out of text when its form shows it', () => {
    fc.assert(
      fc.property(surroundings, formed, surroundings, (before, secret, after) => {
        expect(maskText(before + secret + after)).not.toContain(secret);
      }),
      { numRuns: 1000 },
    );
  });

  it('never comes out of JSON text when its name shows it, however often it was escaped', () => {
    fc.assert(
      fc.property(fieldNames, marked, fc.nat(3), fc.string(), (name, secret, escapes, other) => {
        let text = JSON.stringify({ other, [name]: secret, last: other });
        for (let index = 0; index < escapes; index += 1) text = JSON.stringify({ body: text });
        expect(maskText(text)).not.toContain('hunter2');
      }),
      { numRuns: 1000 },
    );
  });

  it('never comes out of a structure when its name shows it, at any depth', () => {
    const nest = (value: unknown, path: readonly string[]): unknown =>
      path.reduceRight<unknown>(
        (inner, step) => (step === '[]' ? [inner, 1] : { [step]: inner, n: 1 }),
        value,
      );
    fc.assert(
      fc.property(
        fieldNames,
        fc.oneof(
          marked,
          marked.map((text) => [text]),
          marked.map((text) => ({ deep: { text } })),
        ),
        fc.array(fc.oneof(fc.constant('[]'), fc.string()), { maxLength: 12 }),
        (name, secret, path) => {
          expect(JSON.stringify(maskValue(nest({ [name]: secret }, path)))).not.toContain('hunter2');
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('never comes out of any structure when its form shows it', () => {
    fc.assert(
      fc.property(formed, fc.object({ maxDepth: 4 }), fc.string(), (secret, around, key) => {
        const value = {
          around,
          [key]: [`x${secret}`, new Map([[secret, secret]]), new Set([secret])],
          [secret]: 1,
        };
        expect(JSON.stringify(maskValue(value))).not.toContain(secret);
      }),
    );
  });
});

describe('a masked structure', () => {
  it('keeps what is no secret, counters of tokens included', () => {
    const value = { id: 7, ok: true, none: null, max_tokens: 512, list: ['a', 1], has_password: true };
    expect(maskValue(value)).toEqual(value);
  });

  it('hides numbers under a credential’s name', () => {
    expect(maskValue({ password: 12345678, token: 123456 })).toEqual({ password: '***', token: '***' });
  });

  it('hides values that are paired with a name, as OTLP attributes and raw headers are', () => {
    expect(maskValue([{ key: 'password', value: { stringValue: 'x' } }])).toEqual([
      { key: 'password', value: '***' },
    ]);
    expect(maskValue(['X-Api-Key', 'x', 'Host', 'h'])).toEqual(['X-Api-Key', '***', 'Host', 'h']);
  });

  it('shows an error with its cause, code and stack, masked', () => {
    const error = Object.assign(new Error('Bearer abc failed', { cause: new Error('password=x') }), {
      code: 'E1',
    });
    expect(maskValue({ err: error })).toMatchObject({
      err: { type: 'Error', message: 'Bearer *** failed', code: 'E1', cause: { message: 'password=***' } },
    });
  });

  it('prints a Secret as ***, a date as RFC 3339 and bytes as their number', () => {
    const value = { held: createSecret('x'), at: new Date(0), body: Buffer.from('abc'), big: 10n };
    expect(maskValue(value)).toEqual({
      held: '***',
      at: '1970-01-01T00:00:00.000Z',
      body: '[3 bytes]',
      big: '10',
    });
  });

  it('survives cycles, getters that throw, endless lists and hostile keys', () => {
    const cycle: Record<string, unknown> = { list: Array.from({ length: 100_000 }, () => 'x'.repeat(100)) };
    cycle['self'] = cycle;
    Object.defineProperty(cycle, 'bad', { enumerable: true, get: () => { throw new Error('no'); } }); // prettier-ignore
    Object.defineProperty(cycle, '__proto__', { enumerable: true, value: { password: 'hunter2' } });
    const text = JSON.stringify(maskValue(cycle));
    expect(text).not.toContain('hunter2');
    expect(text.length).toBeLessThan(200_000);
  });

  it('is not taken for a cycle when one object stands in two places', () => {
    const shared = { n: 1 };
    expect(maskValue({ a: shared, b: shared })).toEqual({ a: { n: 1 }, b: { n: 1 } });
  });
});
