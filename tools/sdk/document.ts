import { randomUUIDv7 } from 'node:crypto';
import { pino } from 'pino';
import { buildApp } from '../../packages/server/src/app.ts';
import { loadConfig } from '../../packages/server/src/config.ts';
import { systemClock } from '../../packages/server/src/platform/clock.ts';
import type { Database } from '../../packages/server/src/platform/database/index.ts';
import { openApiDocument } from '../../packages/server/src/platform/http/openapi.ts';
import { createSecret } from '../../packages/server/src/platform/secrets/index.ts';

const absent = (): never => {
  throw new Error('There is no database: only the routes are asked for');
};

/** The API as it is described, made without starting anything. */
export const describeApi = async (): Promise<Readonly<Record<string, unknown>>> => {
  const db: Database = {
    query: absent,
    prepared: absent,
    transaction: absent,
    listen: absent,
    stats: () => ({ total: 0, idle: 0, waiting: 0, max: 0 }),
    ping: () => Promise.resolve(false),
    close: () => Promise.resolve(),
  };
  const secret = createSecret('a secret that protects nothing, since nothing is served');
  const config = loadConfig(
    {},
    {
      cwd: '/nonexistent',
      canRead: () => true,
      readText: () => undefined,
      keepSecret: () => ({ ok: true, created: false, secret }),
    },
  );
  const log = pino({ level: 'silent' });
  const app = await buildApp({
    config,
    db,
    workDb: db,
    auditDb: db,
    clock: systemClock(),
    log,
    newId: () => randomUUIDv7(),
    version: '0',
  });
  const document = openApiDocument(app.routes, { version: '0' });
  await app.argon2.close();
  await app.http.app.close();
  return JSON.parse(JSON.stringify(document)) as Record<string, unknown>;
};
