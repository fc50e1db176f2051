import type { Target } from './check-url.ts';
import { createConnection, type Connection } from './connection.ts';
import { dial, type ConnectTcp } from './dial.ts';
import { OutboundFailure } from './types.ts';

/** Destinations whose connections are kept; beyond this, the one used longest ago loses its idle ones. */
const poolsMax = 256;

/** Idle connections to one address: as many as requests usually run at once, so that none is opened for each. */
const idleMax = 32;

/** Below the 5 s after which common servers close idle connections, so that we rarely meet one that is closing. */
const idleMs = 4000;

/** Connections to one checked address, for one policy. */
export interface Pool {
  /** An idle connection: the one that was used last, which the other end is least likely to have given up. */
  take(): Connection | undefined;
  /** A new one. Rejects with `OutboundFailure`. */
  open(): Promise<Connection>;
  /** Ends the idle ones, so that the next request opens one: where one was closed, others were too. */
  dropIdle(): void;
}

export interface ConnectionPools {
  /** The pool for one policy, origin and checked address. Its connections go to that address only. */
  poolFor(policyName: string, target: Target, address: string): Pool;
  close(): void;
}

interface OwnPool extends Pool {
  isUsed(): boolean;
  close(): void;
}

const closed = (): OutboundFailure =>
  new OutboundFailure('aborted', 'the request was given up', { retryable: true });

const createPool = (openSocket: () => ReturnType<typeof dial>): OwnPool => {
  const all = new Set<Connection>();
  let idle: Connection[] = [];
  let isClosed = false;
  const dropIdle = (): void => {
    const dropped = idle;
    idle = [];
    for (const connection of dropped) connection.destroy(closed());
  };
  return {
    take: () => idle.pop(),
    open: async () => {
      const socket = await openSocket();
      const connection = createConnection(socket, idleMs, {
        onIdle: (one) => {
          if (isClosed || idle.length >= idleMax) one.destroy(closed());
          else idle.push(one);
        },
        onGone: (one) => {
          all.delete(one);
          const place = idle.indexOf(one);
          if (place !== -1) idle.splice(place, 1);
        },
      });
      all.add(connection);
      if (isClosed) connection.destroy(closed());
      return connection;
    },
    dropIdle,
    isUsed: () => all.size > idle.length,
    close: () => {
      isClosed = true;
      for (const connection of all) connection.destroy(closed());
    },
  };
};

/** Kept-alive connections. */
export const createConnectionPools = (options: {
  readonly connect: ConnectTcp;
  readonly connectTimeoutMs: number;
  readonly ca: string | undefined;
}): ConnectionPools => {
  const pools = new Map<string, OwnPool>();
  const { connect, ca, connectTimeoutMs: timeoutMs } = options;

  const evict = (): void => {
    for (const [key, pool] of pools) {
      if (pools.size <= poolsMax) return;
      if (pool.isUsed()) continue;
      pool.close();
      pools.delete(key);
    }
  };

  return {
    poolFor: (policyName, target, address) => {
      // What was permitted is part of the key: a policy that changed starts with new connections.
      const rights = `${String(target.named)} ${String(target.internal)}`;
      const key = `${policyName}\n${target.url.origin}\n${address}\n${rights}`;
      const pool = pools.get(key) ?? createPool(() => dial({ target, address, connect, timeoutMs, ca }));
      pools.delete(key);
      pools.set(key, pool);
      evict();
      return pool;
    },
    close: () => {
      for (const pool of pools.values()) pool.close();
      pools.clear();
    },
  };
};
