import { createClient } from '@redis/client';
import type { RedisScript } from './scripts.ts';

/** A connection that opens itself again and queues nothing while it is closed. */
export interface RedisConnection {
  /** Drops what is open and connects, as often as it takes. */
  open(): void;
  /** Runs a script by its digest, and by its text where Redis does not know it. Rejects at once without a connection. */
  send(script: RedisScript, keys: readonly string[], args: readonly string[]): Promise<readonly unknown[]>;
  close(): void;
}

const connectTimeoutMs = 1000;
const firstWaitMs = 50;
const maxReconnectWaitMs = 1000;
/** No answer at all for this long: the connection is dead even if TCP does not know. */
const socketTimeoutMs = 5000;
const maxQueuedCommands = 10_000;

/** Doubling, with jitter, so that replicas do not all come back in one moment. */
const reconnectWaitMs = (retries: number, random: () => number): number =>
  Math.min(maxReconnectWaitMs, firstWaitMs * 2 ** Math.min(retries, 6)) * (0.5 + random() / 2);

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** `onLost` hears why the open connection broke, or why none could be made. */
export const createConnection = (options: {
  readonly url: string;
  readonly random: () => number;
  readonly onLost: (reason: string) => void;
}): RedisConnection => {
  const make = () =>
    createClient({
      url: options.url,
      disableOfflineQueue: true,
      commandsQueueMaxLength: maxQueuedCommands,
      socket: {
        connectTimeout: connectTimeoutMs,
        socketTimeout: socketTimeoutMs,
        reconnectStrategy: (retries) => reconnectWaitMs(retries, options.random),
      },
    });
  let client: ReturnType<typeof make> | undefined;

  const close = (): void => {
    if (client?.isOpen === true) client.destroy();
    client = undefined;
  };

  return {
    open: () => {
      close();
      const made = make();
      client = made;
      made.on('error', (error: unknown) => {
        if (made === client) options.onLost(messageOf(error));
      });
      // What goes wrong is told by `error`, and tried again.
      made.connect().catch(() => undefined);
    },
    send: async (script, keys, args) => {
      const open = client;
      if (open?.isReady !== true) throw new Error('not connected');
      const rest = [String(keys.length), ...keys, ...args];
      const answer: unknown = await open
        .sendCommand(['EVALSHA', script.sha1, ...rest])
        .catch((error: unknown) => {
          if (!messageOf(error).startsWith('NOSCRIPT')) throw error;
          return open.sendCommand(['EVAL', script.source, ...rest]);
        });
      if (!Array.isArray(answer)) throw new Error('an answer of another form');
      return answer as readonly unknown[];
    },
    close,
  };
};
