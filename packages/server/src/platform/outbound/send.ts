import type { Target } from './check-url.ts';
import type { ConnectionPools } from './connection-pools.ts';
import type { Deadline } from './deadline.ts';
import { exchange, type ExchangeAnswer } from './exchange.ts';
import { findAddresses } from './find-addresses.ts';
import type { PreparedRequest } from './prepare-request.ts';
import type { Resolve } from './resolve.ts';
import { OutboundFailure } from './types.ts';

export type Send = (
  policyName: string,
  target: Target,
  request: PreparedRequest,
  deadline: Deadline,
) => Promise<ExchangeAnswer>;

/** Resolves, checks, and asks the first address that accepts a connection. */
export const createSend =
  (deps: {
    readonly pools: ConnectionPools;
    readonly resolve: Resolve;
    readonly resolveTimeoutMs: number;
  }): Send =>
  async (policyName, target, request, deadline) => {
    const { resolve, resolveTimeoutMs: timeoutMs } = deps;
    const addresses = await findAddresses({ resolve, timeoutMs }, target, deadline);
    let unreached: unknown;
    for (const address of addresses) {
      const agent = deps.pools.agentFor(policyName, target, address);
      try {
        return await exchange({ ...request, target, agent, signal: deadline.signal });
      } catch (error) {
        // `connect` means that nothing was sent: the next address may do.
        if (!(error instanceof OutboundFailure) || error.kind !== 'connect') throw error;
        unreached = error;
      }
    }
    throw unreached;
  };
