import { describe, expect, it } from 'vitest';
import { headerList } from './header-list.ts';

const read = (text: string): unknown => {
  const parsed = headerList(text);
  if (!parsed.ok) return 'refused';
  return Object.fromEntries(Object.entries(parsed.value).map(([name, secret]) => [name, secret.reveal()]));
};

describe('a list of headers', () => {
  it('is read as OpenTelemetry spells it', () => {
    expect(read('Authorization=Bearer%20a=b%2C, x-tenant = 7 ,')).toEqual({
      authorization: 'Bearer a=b,',
      'x-tenant': '7',
    });
  });

  it.each([
    ['without a value', 'authorization'],
    ['without a name', '=a'],
    ['with a name twice', 'a=1,A=2'],
    ['with a line break', 'a=1%0d%0ahost: evil'],
    ['with broken encoding', 'a=%zz'],
    ['with the transport’s own', 'content-length=5'],
    ['with gRPC’s own', 'grpc-timeout=1S'],
    ['with a binary name', 'x-bin=abc'],
    ['that is endless', Array.from({ length: 21 }, (_, n) => `h${n}=1`).join(',')],
  ])('%s is refused', (_what, text) => {
    expect(read(text)).toBe('refused');
  });

  it('never shows a value', () => {
    expect(JSON.stringify(headerList('authorization=hunter2hunter2'))).not.toContain('hunter2');
  });
});
