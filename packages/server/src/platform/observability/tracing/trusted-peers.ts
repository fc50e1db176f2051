import { BlockList, isIP } from 'node:net';

/** Whether an address is within the networks: addresses and CIDR, as the configuration has checked them. */
export const peersWithin = (networks: readonly string[]): ((address: string | undefined) => boolean) => {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', prefix] = network.split('/');
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) =>
    address !== undefined &&
    isIP(address) !== 0 &&
    list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
};
