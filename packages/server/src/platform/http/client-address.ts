import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';

/** An address as proxies write it: some add the port, some brackets. */
const bare = (text: string): string | undefined => {
  if (isIP(text) !== 0) return text;
  const inner = /^\[([0-9a-f:.]+)\](?::\d{1,5})?$/i.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1];
  return inner !== undefined && isIP(inner) !== 0 ? inner : undefined;
};

/**
 * The client's address: the hop nearest to us that is no listed proxy. Fastify walks `X-Forwarded-For` from the right
 * and stops at the first hop that it does not trust, so what a client wrote itself lies beyond. Where that hop is no
 * address (garbage that a proxy passed on), the proxy that passed it on is the client: never a text of the client's
 * choice, by which it could be somebody new with every request.
 */
export const clientAddress = (request: Pick<FastifyRequest, 'ip' | 'ips'>): string => {
  const hops = request.ips ?? [request.ip];
  for (const hop of hops.toReversed()) {
    const address = typeof hop === 'string' ? bare(hop) : undefined;
    if (address !== undefined) return address;
  }
  return typeof request.ip === 'string' ? 'unknown' : 'local';
};
