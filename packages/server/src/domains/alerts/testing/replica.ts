import { randomUUIDv7 } from 'node:crypto';
import type { Alert, CreateAlert } from '@gpushield/contracts';
import type { Clock } from '../../../platform/clock.ts';
import { systemClock } from '../../../platform/clock.ts';
import type { Database, Tx } from '../../../platform/database/types.ts';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import type { HttpServer } from '../../../platform/http/server.ts';
import { httpHarness, principalWith, testCursors } from '../../../testing/index.ts';
import { createAlertsDomain, type AlertsDomain, type AlertsDomainDeps, type RaiseInput } from '../index.ts';

export interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly text: string;
}
export interface PageOf<T> {
  readonly data: readonly T[];
  readonly pagination: { readonly cursor: string | null; readonly has_more: boolean };
}
type Fault = { readonly detail: string; readonly code: string };

/** One replica of the alerts behind the real pipeline; several may share a database. */
export interface AlertsReplica {
  readonly domain: AlertsDomain;
  readonly server: HttpServer;
  send<T = Alert & Fault>(
    method: 'GET' | 'POST' | 'DELETE',
    url: string,
    body?: unknown,
    who?: string,
  ): Promise<Answer<T>>;
  create(changes?: Partial<CreateAlert>): Promise<Alert>;
  raise(changes?: Partial<RaiseInput>): Promise<{ alertId: string; created: boolean; muted: boolean }>;
  close(): Promise<void>;
}

const sender =
  (server: HttpServer): AlertsReplica['send'] =>
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- what the caller expects to read
  async <T>(method: 'GET' | 'POST' | 'DELETE', url: string, body?: unknown, who = 'ada') => {
    const answer = await server.app.inject({
      method,
      url: `/api/v1/alerts${url}`,
      headers: { authorization: `Bearer ${who}` },
      ...(body === undefined ? {} : { payload: body as object }),
    });
    const isJson = /^application\/(?:problem\+)?json/.test(String(answer.headers['content-type']));
    return { status: answer.statusCode, text: answer.body, body: (isJson ? answer.json() : null) as T };
  };

export const alertsReplica = async (
  db: Database,
  more: Partial<AlertsDomainDeps> & { readonly clock?: Clock; readonly cursors?: CursorCodec } = {},
): Promise<AlertsReplica> => {
  const find = () => Promise.resolve({});
  const domain = createAlertsDomain({
    db,
    clock: systemClock(),
    newId: () => randomUUIDv7(),
    cursors: testCursors(),
    userExists: (_db, name) => Promise.resolve(name === 'ada'),
    fleet: { findNode: find, findGpu: find, findSensor: find },
    ...more,
  });
  const principals = {
    ada: principalWith('ada', ['alerts:read', 'alerts:write']),
    viewer: principalWith('viewer', ['alerts:read']),
  };
  const clock = more.clock;
  const server = await httpHarness({
    db,
    routes: domain.routes,
    principals,
    ...(clock === undefined ? {} : { clock }),
  });
  await domain.start();
  const send = sender(server);
  return {
    domain,
    server,
    send,
    create: async (changes = {}) =>
      (
        await send<Alert>('POST', '', {
          title: 'Fan',
          severity: 'low',
          fingerprint: randomUUIDv7(),
          ...changes,
        })
      ).body,
    raise: (changes = {}) =>
      db.transaction((tx: Tx) =>
        domain.port.raise(tx, {
          title: 'Hot',
          description: '',
          severity: 'medium',
          source: 'test',
          fingerprint: randomUUIDv7(),
          evidence: {},
          ...changes,
        }),
      ),
    close: async () => {
      await server.drain(1_000);
      await domain.stop();
    },
  };
};
