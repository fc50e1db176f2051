import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Queue, QueueMessageView } from '@gpushield/contracts';
import { systemClock } from '../../platform/clock.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import { createQueueSender, createQueueWorker, ensureQueue } from '../../platform/queue/index.ts';
import { httpHarness, principalWith, testCursors, testDatabase } from '../../testing/index.ts';
import { createQueuesDomain } from './index.ts';

const test = testDatabase();
const sender = createQueueSender();
let server: HttpServer;

beforeAll(async () => {
  server = await httpHarness({
    db: test.db,
    routes: createQueuesDomain({ cursors: testCursors() }).routes,
    principals: {
      operator: principalWith('operator', ['queues:read', 'queues:write']),
      reader: principalWith('reader', ['queues:read']),
      nobody: principalWith('nobody', ['self']),
    },
  });
  await ensureQueue(test.db, 'jobs');
});
afterAll(async () => {
  await server.app.close();
});

interface Answer<T> {
  readonly status: number;
  readonly body: T;
}
const send = async <T>(
  method: 'GET' | 'POST',
  url: string,
  body?: unknown,
  who = 'operator',
): Promise<Answer<T>> => {
  const answer = await server.app.inject({
    method,
    url: `/api/v1/queues${url}`,
    headers: {
      authorization: `Bearer ${who}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { payload: JSON.stringify(body) }),
  });
  return { status: answer.statusCode, body: answer.json<T>() };
};
interface Page<T> {
  readonly data: readonly T[];
  readonly pagination: { readonly cursor: string | null; readonly has_more: boolean };
}
const queue = async () => (await send<Page<Queue>>('GET', '')).body.data.find(({ name }) => name === 'jobs');
const peek = async (query: string) =>
  (await send<Page<QueueMessageView>>('GET', `/jobs/messages${query}`)).body;

/** Lets a worker give up whatever is in the queue. */
const bury = async (error: string, count: number): Promise<void> => {
  let dead = 0;
  const worker = createQueueWorker(
    {
      db: test.db,
      clock: systemClock(),
      log: pino({ level: 'silent' }),
      random: () => 0,
      onDeliveries: (_queue, result, n) => {
        if (result === 'dead') dead += n;
      },
    },
    { queue: 'jobs', concurrency: 4, handler: () => Promise.resolve({ kind: 'dead', reason: error }) },
  );
  await worker.start();
  while (dead < count) await new Promise((resolve) => setTimeout(resolve, 10));
  await worker.stop(1_000);
};

describe('the operator of queues', () => {
  it('sees how they stand and what is in them, without touching any message', async () => {
    await sender.sendBatch(test.db, 'jobs', [{ job: 1 }, { job: 2 }, { job: 3, password: 'hunter2-secret' }]);
    await sender.send(test.db, 'jobs', { job: 4 }, { delaySeconds: 3600, headers: { trace: 't' } });
    expect(await queue()).toMatchObject({ messages: 4, visible: 3, sent: 4, dead_letters: 0 });

    const first = await peek('?limit=2');
    expect(first.data.map(({ body, attempts }) => [body, attempts])).toEqual([
      [{ job: 1 }, 0],
      [{ job: 2 }, 0],
    ]);
    const second = await peek(`?limit=2&cursor=${String(first.pagination.cursor)}`);
    expect(second).toMatchObject({ pagination: { cursor: null, has_more: false } });
    expect(JSON.stringify(second)).not.toContain('hunter2');
    expect(await peek('?state=delayed')).toMatchObject({
      data: [{ body: { job: 4 }, headers: { trace: 't' } }],
    });
    await ensureQueue(test.db, 'another');
    const one = await send<Page<Queue>>('GET', '?limit=1');
    expect(one.body).toMatchObject({ data: [{ name: 'another' }], pagination: { has_more: true } });
    const two = await send<Page<Queue>>('GET', `?limit=1&cursor=${String(one.body.pagination.cursor)}`);
    expect(two.body).toMatchObject({ data: [{ name: 'jobs' }], pagination: { has_more: false } });
    const { rows } = await test.db.query(`SELECT DISTINCT read_ct, last_read_at FROM pgmq.q_jobs`);
    expect(rows).toEqual([{ read_ct: 0, last_read_at: null }]);
  });

  it('sees why messages are dead, sends them again, by id or the oldest, and purges', async () => {
    await bury('the node is gone', 3);
    const dead = await peek('?state=dead');
    expect(dead.data.map(({ id }) => id)).toEqual(['3', '2', '1']);
    expect(dead.data[0]?.dead_letter).toMatchObject({
      cause: 'refused',
      error: 'the node is gone',
      attempts: 1,
    });
    expect(await queue()).toMatchObject({ messages: 1, dead_letters: 3 });

    expect(await send('POST', '/jobs/dead-letters/resend', { ids: ['2', '77'] })).toEqual({
      status: 200,
      body: { resent: 1 },
    });
    expect((await peek('')).data).toMatchObject([{ body: { job: 2 }, attempts: 0, dead_letter: null }]);
    expect((await send('POST', '/jobs/dead-letters/resend', { limit: 1 })).body).toEqual({ resent: 1 });
    expect(await queue()).toMatchObject({ messages: 3, dead_letters: 1 });
    expect((await send('POST', '/jobs/purge', { what: 'dead_letters' })).body).toEqual({ purged: 1 });
    expect((await send('POST', '/jobs/purge', { what: 'messages' })).body).toEqual({ purged: 3 });
    expect(await queue()).toMatchObject({ messages: 0, dead_letters: 0, oldest_age_seconds: null });
  });

  it('is refused without the scope, and for queues that are not there', async () => {
    expect((await send('GET', '', undefined, 'nobody')).status).toBe(403);
    expect((await send('POST', '/jobs/purge', { what: 'messages' }, 'reader')).status).toBe(403);
    expect((await send('POST', '/jobs/dead-letters/resend', {}, 'reader')).status).toBe(403);
    expect((await send('GET', '/none/messages')).status).toBe(404);
    expect((await send('POST', '/none/purge', { what: 'messages' })).status).toBe(404);
    expect((await send('POST', '/none/dead-letters/resend', {})).status).toBe(404);
    expect((await send('GET', `/${encodeURIComponent('q"; DROP')}/messages`)).status).toBe(400);
    expect((await send('POST', '/jobs/purge', { what: 'all' })).status).toBe(422);
  });
});
