import { createHmac } from 'node:crypto';
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { pino } from 'pino';
import type { Role } from '@gpushield/contracts';
import { buildApp, type App, type AppOptions } from '../app.ts';
import { loadConfig } from '../config.ts';
import { systemClock, type Clock } from '../platform/clock.ts';
import { createSecret } from '../platform/secrets/index.ts';
import type { Database } from '../platform/database/index.ts';

export const testPassword = 'plum-kettle-orbit-42';

export interface TestAppOptions {
  readonly db: Database;
  /** For the queue's workers and the audit trail; `db` unless a test tells them apart. */
  readonly workDb?: Database;
  readonly clock?: Clock;
  readonly env?: Readonly<Record<string, string>>;
}

/** What the control plane is built of, on a test database. Argon2 is cheap; all else is real. */
export const appOptions = ({
  db,
  workDb = db,
  clock = systemClock(),
  env = {},
}: TestAppOptions): AppOptions => {
  const config = loadConfig(
    {
      ARGON2_MEMORY_COST: '7168',
      ARGON2_TIME_COST: '1',
      ARGON2_PARALLELISM: '1',
      GPUSHIELD_OTLP_GRPC_PORT: '0',
      ...env,
    },
    {
      cwd: '/nonexistent',
      canRead: () => true,
      readText: () => undefined,
      keepSecret: () => ({
        ok: true,
        created: false,
        secret: createSecret('a secret of the tests, long enough for all'),
      }),
    },
  );
  return {
    config,
    db,
    workDb,
    auditDb: workDb,
    clock,
    log: pino({ level: 'silent' }),
    newId: () => randomUUIDv7(),
    version: '0.0.0-test',
  };
};

/** The whole control plane, started, behind `inject`. */
export const testApp = async (options: TestAppOptions): Promise<App> => {
  const app = await buildApp(appOptions(options));
  await app.start();
  return app;
};

export const stopApp = async (app: App): Promise<void> => {
  await app.http.drain(5000);
  await app.stop();
};

export interface SeededUser {
  readonly id: string;
  readonly username: string;
}

/** A user straight in the database, with `testPassword`. */
export const seedUser = async (db: Database, app: App, roles: readonly Role[]): Promise<SeededUser> => {
  const id = randomUUIDv7();
  const username = `user-${randomBytes(4).toString('hex')}`;
  await db.query(
    `INSERT INTO users (id, username, password_hash, roles, created_at, updated_at)
     VALUES ($1, $2, $3, $4, now(), now())`,
    [id, username, await app.argon2.hash(testPassword), roles],
  );
  return { id, username };
};

/** Signs in over HTTP; answers the access token. */
export const signIn = async (app: App, username: string): Promise<string> => {
  const answer = await app.http.app.inject({
    method: 'POST',
    url: '/auth/login',
    payload: { username, password: testPassword },
    remoteAddress: `127.${String(randomBytes(1)[0])}.${String(randomBytes(1)[0])}.1`,
  });
  if (answer.statusCode !== 200) throw new Error(`The login answered ${answer.body}`);
  return answer.json<{ access_token: string }>().access_token;
};

/** Sends events as an agent that signs them; other headers go over the ones that are made here. */
export const reportSigned = (
  app: App,
  {
    agent,
    secret,
    headers = {},
  }: { readonly agent: string; readonly secret: string; readonly headers?: Readonly<Record<string, string>> },
  events: unknown,
) => {
  const payload = JSON.stringify({ events });
  return app.http.app.inject({
    method: 'POST',
    url: '/api/v1/events',
    headers: {
      'content-type': 'application/json',
      'x-agent-id': agent,
      'x-agent-signature': createHmac('sha256', secret).update(payload).digest('base64'),
      ...headers,
    },
    payload,
  });
};

/** What one person asks of an app, both of which are there once the tests began. */
export const askingAs = (of: () => { readonly app: App; readonly token: string }) => {
  const call = (method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT', url: string, payload?: object) =>
    of().app.http.app.inject({
      method,
      url,
      headers: { authorization: `Bearer ${of().token}` },
      ...(payload === undefined ? {} : { payload }),
    });
  return {
    call,
    /** A page of a list. */
    get: async (url: string) => {
      const answer = await call('GET', url);
      if (answer.statusCode !== 200) throw new Error(`${url} answered ${answer.statusCode}: ${answer.body}`);
      return answer.json<{
        data: Record<string, unknown>[];
        pagination: { cursor: string | null; has_more: boolean };
      }>();
    },
  };
};
