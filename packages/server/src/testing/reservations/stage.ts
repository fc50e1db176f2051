import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '@gpushield/contracts';
import type { App } from '../../app.ts';
import type { Database } from '../../platform/database/index.ts';
import { seedUser, signIn, stopApp, testApp, type SeededUser } from '../app-harness.ts';

export interface Person extends SeededUser {
  readonly token: string;
  send(method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object): Promise<Answer>;
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  json(): Record<string, unknown>;
}

export interface Stage {
  readonly app: App;
  person(...roles: Role[]): Promise<Person>;
  close(): Promise<void>;
}

/** A server that answers requests about jobs and moves none: what is asked stays as it was asked. */
export const reservationsStage = async (
  { db, connectionString }: { readonly db: Database; readonly connectionString: string },
  { requestDb = db }: { readonly requestDb?: Database } = {},
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
    },
  });
  return {
    app,
    person: async (...roles) => {
      const user = await seedUser(db, app, roles);
      const token = await signIn(app, user.username);
      return {
        ...user,
        token,
        send: async (method, url, payload) => {
          const answer = await app.http.app.inject({
            method,
            url,
            headers: { authorization: `Bearer ${token}` },
            ...(payload === undefined ? {} : { payload }),
          });
          return {
            status: answer.statusCode,
            text: answer.body,
            json: () => answer.json<Record<string, unknown>>(),
          };
        },
      };
    },
    close: async () => {
      await stopApp(app);
      rmSync(directory, { recursive: true, force: true });
    },
  };
};
