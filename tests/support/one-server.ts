import { afterAll, beforeAll } from 'vitest';
import { logIn, type Client } from './client.ts';
import { makeDataDir, removeDataDir, startServer, type RunningServer } from './gpushield-server.ts';

/** One server for a test file, with its first administrator logged in. */
export interface OneServer {
  readonly server: RunningServer;
  readonly url: string;
  readonly admin: Client;
}

/** Call it at the top of a file; read from it inside of tests only. */
export const oneServer = (env: Readonly<Record<string, string>> = {}): OneServer => {
  let made: { server: RunningServer; admin: Client } | undefined;
  let dataDir: string | undefined;
  beforeAll(async () => {
    dataDir = await makeDataDir();
    const server = await startServer(dataDir, env);
    made = { server, admin: await logIn(server.url) };
  });
  afterAll(async () => {
    await made?.server.stop();
    if (dataDir !== undefined) await removeDataDir(dataDir);
  });
  const ready = () => {
    if (made === undefined) throw new Error('the server runs inside of tests only');
    return made;
  };
  return {
    get server() {
      return ready().server;
    },
    get url() {
      return ready().server.url;
    },
    get admin() {
      return ready().admin;
    },
  };
};
