import { BlockList, isIP } from 'node:net';

/**
 * Addresses that no block may hit: this machine, and the listed networks. Proxies belong on the list: behind a proxy
 * that forwards no address, all its clients would be blocked with it.
 */
export const createNeverBlocked = (networks: readonly string[]): ((address: string) => boolean) => {
  const list = new BlockList();
  for (const network of ['127.0.0.0/8', '::1/128', ...networks]) {
    const [address = '', prefix] = network.split('/', 2);
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => {
    const plain = address.split('%', 1)[0] ?? '';
    const version = isIP(plain);
    // What is no address (a Unix socket's peer) is this machine.
    return version === 0 || list.check(plain, version === 6 ? 'ipv6' : 'ipv4');
  };
};
