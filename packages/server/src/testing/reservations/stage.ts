import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '@gpushield/contracts';
import type { App } from '../../app.ts';
import type { Database } from '../../platform/database/index.ts';
import { seedUser, signIn, stopApp, testApp, type SeededUser } from '../app-harness.ts';

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';
type Headers = Readonly<Record<string, string>>;

export interface Person extends SeededUser {
  readonly token: string;
  send(method: Method, url: string, payload?: object, headers?: Headers): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  header(name: string): string | undefined;
  json(): Record<string, unknown>;
}

export interface Stage {
  readonly app: App;
  person(...roles: Role[]): Promise<Person>;
  close(): Promise<void>;
}

/** A new user of a server, that may be another one by the time they ask; signs in anew when their time is over. */
export const personOn = async (db: Database, appNow: () => App, roles: readonly Role[]): Promise<Person> => {
  const user = await seedUser(db, appNow(), roles);
  let token = await signIn(appNow(), user.username);
  const ask = async (method: Method, url: string, payload: object | undefined, headers: Headers) =>
    appNow().http.app.inject({
      method,
      url,
      headers: { ...headers, authorization: `Bearer ${token}` },
      ...(payload === undefined ? {} : { payload }),
    });
  return {
    ...user,
    get token() {
      return token;
    },
    send: async (method, url, payload, headers = {}) => {
      let answer = await ask(method, url, payload, headers);
      if (answer.statusCode === 401) {
        token = await signIn(appNow(), user.username);
        answer = await ask(method, url, payload, headers);
      }
      return {
        status: answer.statusCode,
        text: answer.body,
        header: (name) => answer.headers[name]?.toString(),
        json: () => answer.json<Record<string, unknown>>(),
      };
    },
  };
};

/** A server that answers requests about jobs and moves none: what is asked stays as it was asked. */
export const reservationsStage = async (
  { db, connectionString }: { readonly db: Database; readonly connectionString: string },
  {
    requestDb = db,
    env = {},
  }: { readonly requestDb?: Database; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Stage> => {
  const directory = mkdtempSync(join(tmpdir(), 'gpushield-stage-'));
  const app = await testApp({
    db: requestDb,
    workDb: db,
    env: {
      GPUSHIELD_ROLES: 'api',
      DATABASE_URL: connectionString,
      SECRET_KEY: 'a secret of the tests, long enough for all',
      GPUSHIELD_DATA_DIR: directory,
      ...env,
    },
  });
  return {
    app,
    person: (...roles) => personOn(db, () => app, roles),
    close: async () => {
      await stopApp(app);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
