import type { Target } from './check-url.ts';
import type { Connection, RequestBytes } from './connection.ts';
import type { ConnectionPools, Pool } from './connection-pools.ts';
import type { Deadline } from './deadline.ts';
import { exchange, type ExchangeAnswer } from './exchange.ts';
import { exchangeStream } from './exchange-stream.ts';
import { findAddresses } from './find-addresses.ts';
import type { PreparedRequest } from './prepare-request.ts';
import type { Resolve } from './resolve.ts';
import { StaleConnection } from './stale-connection.ts';
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

/** A new connection within the deadline. One that is there too late is not used, and closes by itself. */
const openWithin = async (pool: Pool, { signal, race }: Deadline): Promise<Connection> => {
  const opening = pool.open();
  try {
    return await race(opening);
  } catch (error) {
    if (signal.aborted)
      opening.then(
        (connection) => {
          connection.destroy(signal.reason as OutboundFailure);
        },
        () => undefined,
      );
    throw error;
  }
};

/** Runs an exchange, and once more on a new connection where the kept one turned out to be closed. */
const withFreshConnection = async <T>(
  repeatable: boolean,
  pool: Pool,
  deadline: Deadline,
  run: (connection: Connection) => Promise<T>,
): Promise<T> => {
  const kept = pool.take();
  if (kept === undefined) return run(await openWithin(pool, deadline));
  try {
    return await run(kept);
  } catch (error) {
    if (!repeatable || !(error instanceof StaleConnection)) throw error;
    pool.dropIdle();
    return run(await openWithin(pool, deadline));
  }
};

/** Resolves, checks, and asks the first address that accepts a connection. */
const createSendWith =
  <T>(
    deps: SendDeps,
    exchangeOn: (
      connection: Connection,
      request: RequestBytes & Pick<PreparedRequest, 'maxResponseBytes'>,
      deadline: Deadline,
    ) => Promise<T>,
  ) =>
  async (policyName: string, target: Target, request: PreparedRequest, deadline: Deadline): Promise<T> => {
    const { resolve, resolveTimeoutMs: timeoutMs } = deps;
    const addresses = await findAddresses({ resolve, timeoutMs }, target, deadline);
    let unreached: unknown;
    for (const address of addresses) {
      const pool = deps.pools.poolFor(policyName, target, address);
      try {
        return await withFreshConnection(request.repeatable, pool, deadline, (connection) =>
          exchangeOn(connection, request, deadline),
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
  createSendWith(deps, (connection, request, { signal }) =>
    exchange(connection, request, { maxResponseBytes: request.maxResponseBytes, signal }),
  );

/** The same, answered when the head of the answer is there. */
export const createSendStream = (deps: SendDeps) => createSendWith(deps, exchangeStream);
