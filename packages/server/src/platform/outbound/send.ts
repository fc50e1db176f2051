import type { Agent } from 'node:http';
import type { Target } from './check-url.ts';
import type { ConnectionPools } from './connection-pools.ts';
import type { Deadline } from './deadline.ts';
import { exchange, type ExchangeAnswer } from './exchange.ts';
import { exchangeStream } from './exchange-stream.ts';
import { findAddresses } from './find-addresses.ts';
import type { PreparedRequest } from './prepare-request.ts';
import type { Resolve } from './resolve.ts';
import { dropIdle, StaleConnection } from './stale-connection.ts';
import { OutboundFailure } from './types.ts';

export type Send = (
  policyName: string,
  target: Target,
  request: PreparedRequest,
  deadline: Deadline,
) => Promise<ExchangeAnswer>;

interface SendDeps {
  readonly pools: ConnectionPools;
  readonly resolve: Resolve;
  readonly resolveTimeoutMs: number;
}

/** Runs an exchange, and once more on a new connection where the kept one turned out to be closed. */
const withFreshConnection = async <T>(
  repeatable: boolean,
  agent: Agent,
  run: () => Promise<T>,
): Promise<T> => {
  try {
    return await run();
  } catch (error) {
    if (!repeatable || !(error instanceof StaleConnection)) throw error;
    dropIdle(agent);
    return run();
  }
};

/** Resolves, checks, and asks the first address that accepts a connection. */
const createSendWith =
  <T>(
    deps: SendDeps,
    exchangeOn: (
      options: PreparedRequest & { readonly target: Target; readonly agent: Agent },
      deadline: Deadline,
    ) => Promise<T>,
  ) =>
  async (policyName: string, target: Target, request: PreparedRequest, deadline: Deadline): Promise<T> => {
    const { resolve, resolveTimeoutMs: timeoutMs } = deps;
    const addresses = await findAddresses({ resolve, timeoutMs }, target, deadline);
    let unreached: unknown;
    for (const address of addresses) {
      const agent = deps.pools.agentFor(policyName, target, address);
      try {
        return await withFreshConnection(request.repeatable, agent, () =>
          exchangeOn({ ...request, target, agent }, deadline),
        );
      } catch (error) {
        // `connect` means that nothing was sent: the next address may do.
        if (!(error instanceof OutboundFailure) || error.kind !== 'connect') throw error;
        unreached = error;
      }
    }
    throw unreached;
  };

export const createSend = (deps: SendDeps): Send =>
  createSendWith(deps, (options, { signal }) => exchange({ ...options, signal }));

/** The same, answered when the head of the answer is there. */
export const createSendStream = (deps: SendDeps) => createSendWith(deps, exchangeStream);
