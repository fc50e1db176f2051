import { describe, expect, it } from 'vitest';
import { addressIsIn, networkCovers, parseNetwork, toNetworks } from './networks.ts';

const isIn = (networks: readonly string[], address: string) => addressIsIn(toNetworks(networks), address);

describe('a list of networks', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['192.0.2.7', '192.0.2.7', true],
    ['192.0.2.7', '192.0.2.8', false],
    ['0.0.0.0/0', '203.0.113.9', true],
    ['0.0.0.0/0', '2001:db8::1', false],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/32', '2001:db9::1', false],
    ['2001:db8::1', '2001:0DB8:0:0:0:0:0:1', true],
    ['192.0.2.0/24', '::ffff:192.0.2.9', true],
    ['192.0.2.0/24', '::ffff:c000:0209', true],
    ['fe80::/10', 'fe80::1%eth0', true],
    ['192.0.2.0/24', 'not an address', false],
    ['192.0.2.0/24', '', false],
  ])('%s and %s: %s', (network, address, inside) => {
    expect(isIn([network], address)).toBe(inside);
  });

  it.each([
    '10.0.0.1/8',
    '10.0.0.0/33',
    '10.0.0/8',
    '::/129',
    '::ffff:10.0.0.0/104',
    'a/8',
    '10.0.0.0/8/8',
    '10.0.0.0/-1',
    '10.0.0.0/08x',
  ])('does not take %s for a network, and what cannot be read admits nobody', (text) => {
    expect(parseNetwork(text)).toBeUndefined();
    expect(isIn([text], '10.0.0.1')).toBe(false);
  });

  it('covers what lies in it whole', () => {
    const covers = (outer: string, inner: string) => {
      const [a, b] = [parseNetwork(outer), parseNetwork(inner)];
      return a !== undefined && b !== undefined && networkCovers(a, b);
    };
    expect(covers('10.0.0.0/8', '10.1.0.0/16')).toBe(true);
    expect(covers('10.0.0.0/8', '10.0.0.0/8')).toBe(true);
    expect(covers('10.1.0.0/16', '10.0.0.0/8')).toBe(false);
    expect(covers('::/0', '10.0.0.0/8')).toBe(false);
  });
});
