import { setTimeout as sleep } from 'node:timers/promises';
import { quoteIdentifier } from './identifiers.ts';
import { openListenConnection } from './listen-connection.ts';
import type { ListenConnection } from './listen-connection.ts';
import type { DatabaseLog } from './log.ts';
import type { ConnectionSettings } from './pool.ts';
import type { Notification } from './transaction.ts';
import type { ListenHandlers, Subscription } from './types.ts';

export interface ListenerOptions {
  readonly settings: ConnectionSettings;
  readonly log: DatabaseLog;
  /** How often a quiet connection is asked whether it still lives. */
  readonly pingIntervalMs?: number;
}

export interface Listener {
  listen(channel: string, handlers: ListenHandlers): Promise<Subscription>;
  /** Tells the listeners of this process what a transaction of its own just committed; PostgreSQL will say it too. */
  hear(notified: readonly Notification[]): void;
  close(): Promise<void>;
}

// A dead peer is noticed within the interval plus the ping's timeout, while an idle server is hardly bothered.
const defaultPingIntervalMs = 5_000;
const firstRetryMs = 50;
const maxRetryMs = 5_000;

const retryDelayMs = (attempt: number): number =>
  Math.min(maxRetryMs, firstRetryMs * 2 ** Math.min(attempt, 10));

/** Who listens to what. A handler that throws harms nobody else. */
const createChannels = (log: DatabaseLog) => {
  const channels = new Map<string, Set<ListenHandlers>>();
  const guarded = (work: () => void) => {
    try {
      work();
    } catch (error) {
      log.error({ err: error }, 'a notification handler threw');
    }
  };
  const tell = (handlers: ListenHandlers, connected: boolean) => {
    guarded(() => handlers.onConnection?.(connected));
  };
  return {
    names: () => [...channels.keys()],
    add: (channel: string, handlers: ListenHandlers) => {
      channels.set(channel, (channels.get(channel) ?? new Set()).add(handlers));
    },
    /** Answers whether the channel has no listener left. */
    remove: (channel: string, handlers: ListenHandlers): boolean => {
      const known = channels.get(channel);
      known?.delete(handlers);
      return known?.size === 0 && channels.delete(channel);
    },
    deliver: (channel: string, payload: string) => {
      for (const each of channels.get(channel) ?? []) {
        guarded(() => {
          each.onNotification(payload);
        });
      }
    },
    tell,
    tellAll: (connected: boolean) => {
      for (const listeners of channels.values()) for (const each of listeners) tell(each, connected);
    },
  };
};

/** Keeps one listening connection alive; `ready` resolves after the first attempt, successful or not. */
const keepConnected = (options: {
  listener: ListenerOptions;
  channels: ReturnType<typeof createChannels>;
  onChange: (connection: ListenConnection | undefined) => void;
  stopping: AbortSignal;
}): { ready: Promise<undefined>; ended: Promise<void> } => {
  const { listener, channels, onChange, stopping } = options;
  const ready = Promise.withResolvers<undefined>();
  const hasStopped = () => stopping.aborted;

  const serve = async (): Promise<void> => {
    const connection = await openListenConnection(listener.settings, channels.deliver);
    try {
      // A subscription made from here on sends its own LISTEN; twice is harmless, missing one is not.
      onChange(connection);
      for (const channel of channels.names()) await connection.run(`LISTEN ${quoteIdentifier(channel)}`);
      channels.tellAll(true);
      ready.resolve(undefined);
      await connection.lost(listener.pingIntervalMs ?? defaultPingIntervalMs, stopping);
    } finally {
      onChange(undefined);
      await connection.close();
    }
  };

  const run = async (): Promise<void> => {
    for (let attempt = 0; !hasStopped(); attempt += 1) {
      try {
        await serve();
        attempt = 0;
        if (!hasStopped()) {
          listener.log.warn({}, 'the listening database connection was lost; reconnecting');
          channels.tellAll(false);
        }
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        listener.log.debug({ reason, attempt }, 'the listening database connection could not be made');
      }
      ready.resolve(undefined);
      await sleep(retryDelayMs(attempt), undefined, { ref: false, signal: stopping }).catch(() => undefined);
    }
  };
  return { ready: ready.promise, ended: run() };
};

/** One connection that listens to all channels of this process, made on first use, and made anew when lost. */
export const createListener = (options: ListenerOptions): Listener => {
  const channels = createChannels(options.log);
  const stopping = new AbortController();
  let connection: ListenConnection | undefined;
  let keeper: ReturnType<typeof keepConnected> | undefined;
  const onChange = (now: ListenConnection | undefined) => {
    connection = now;
  };
  // A failure here means that the connection was lost: the next one listens to what is known then.
  const run = async (sql: string) => {
    await connection?.run(sql).catch(() => undefined);
  };

  return {
    listen: async (channel, handlers) => {
      if (stopping.signal.aborted) throw new Error('The database is closed');
      channels.add(channel, handlers);
      const isFirst = keeper === undefined;
      keeper ??= keepConnected({ listener: options, channels, onChange, stopping: stopping.signal });
      await keeper.ready;
      if (!isFirst && connection !== undefined) {
        await run(`LISTEN ${quoteIdentifier(channel)}`);
        channels.tell(handlers, true);
      }
      return {
        close: async () => {
          if (channels.remove(channel, handlers)) await run(`UNLISTEN ${quoteIdentifier(channel)}`);
        },
      };
    },
    hear: (notified) => {
      for (const { channel, payload } of notified) channels.deliver(channel, payload);
    },
    close: async () => {
      stopping.abort();
      await keeper?.ended;
    },
  };
};
