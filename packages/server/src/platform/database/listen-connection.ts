import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { clientConfig } from './pool.ts';
import type { ConnectionSettings } from './pool.ts';

/** One connection for LISTEN. */
export interface ListenConnection {
  run(sql: string): Promise<void>;
  /** Resolves when the connection is gone or did not answer a ping in time, or when `stopping` aborts. */
  lost(pingIntervalMs: number, stopping: AbortSignal): Promise<void>;
  close(): Promise<void>;
}

const pingTimeoutMs = 3_000;
// `end` waits for the peer's goodbye, which a dead peer never says.
const goodbyeMs = 500;

export const openListenConnection = async (
  settings: ConnectionSettings,
  onNotification: (channel: string, payload: string) => void,
): Promise<ListenConnection> => {
  const client = new pg.Client({ ...clientConfig(settings), query_timeout: pingTimeoutMs });
  const ended = new Promise<boolean>((resolve) => {
    client.on('error', () => {
      resolve(true);
    });
    client.on('end', () => {
      resolve(true);
    });
  });
  client.on('notification', ({ channel, payload }) => {
    onNotification(channel, payload ?? '');
  });
  const close = async () => {
    const goodbye = client.end().catch(() => undefined);
    await Promise.race([goodbye, sleep(goodbyeMs, undefined, { ref: false })]);
  };
  try {
    await client.connect();
  } catch (error) {
    await close();
    throw error;
  }
  const pause = (ms: number, signal: AbortSignal) =>
    sleep(ms, false, { ref: false, signal }).catch(() => true);
  const answers = () =>
    client.query('SELECT 1').then(
      () => true,
      () => false,
    );
  return {
    run: async (sql) => {
      await client.query(sql);
    },
    lost: async (pingIntervalMs, stopping) => {
      do {
        if (await Promise.race([ended, pause(pingIntervalMs, stopping)])) return;
      } while (await answers());
    },
    close,
  };
};
