import type { KernelCall } from './parse.ts';

const inet = 2;
const ipv4In6 = 'ffff';

const swap16 = (value: number): number => ((value & 0xff) << 8) | ((value >> 8) & 0xff);

const bytesOf = (value: bigint, length: number): Buffer => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, value));
  return bytes.subarray(0, length);
};

const ipv4 = (bytes: Buffer): string => [...bytes].join('.');

/** The shortest form of RFC 5952, so that rules compare texts. */
const ipv6 = (bytes: Buffer): string => {
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  const text = groups.join(':');
  const zeros = [...text.matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].sort((a, b) => b[0].length - a[0].length)[0];
  if (zeros === undefined) return text;
  const before = text.slice(0, zeros.index);
  const after = text.slice(zeros.index + zeros[0].length);
  return `${before}::${after.replace(/^:/, '')}`;
};

/** Address and port of a connection, out of what the kernel read of the caller's memory in its own byte order. */
export const addressFacts = (call: KernelCall, metadata: Record<string, string | number | boolean>): void => {
  const { family, port } = call.numbers;
  const high = call.exact['address_high'] ?? 0n;
  const low = call.exact['address_low'] ?? 0n;
  metadata['port'] = swap16(port ?? 0);
  if (family === inet) {
    metadata['address'] = ipv4(bytesOf(high, 4));
    return;
  }
  const bytes = Buffer.concat([bytesOf(high, 8), bytesOf(low, 8)]);
  const isMapped = high === 0n && bytes.readUInt32BE(8).toString(16) === ipv4In6;
  metadata['address'] = isMapped ? ipv4(bytes.subarray(12)) : ipv6(bytes);
};
