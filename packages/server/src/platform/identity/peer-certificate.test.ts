import { describe, expect, it } from 'vitest';
import { parseAlternativeNames } from './peer-certificate.ts';

describe('the alternative names of a certificate', () => {
  it('are its URIs as they are and its host names in lower case', () => {
    expect(
      parseAlternativeNames('URI:spiffe://example.org/A, DNS:Host.Example, IP Address:192.0.2.1'),
    ).toEqual([
      { match: 'san_uri', value: 'spiffe://example.org/A' },
      { match: 'san_dns', value: 'host.example' },
    ]);
  });

  it('never come out of a value that pretends to hold further ones', () => {
    for (const text of [
      'URI:"spiffe://a, URI:spiffe://victim"',
      'DNS:"a.example, DNS:victim.example"',
      'URI:"a\\", URI:spiffe://victim"',
      'email:"x, URI:spiffe://victim"',
    ]) {
      expect(parseAlternativeNames(text)).toEqual([]);
    }
  });

  it('are bounded', () => {
    const many = Array.from({ length: 1000 }, (_, n) => `DNS:h${String(n)}.example`).join(', ');
    expect(parseAlternativeNames(many)).toHaveLength(16);
    expect(parseAlternativeNames('')).toEqual([]);
  });
});
