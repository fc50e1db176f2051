import { randomUUIDv7 } from 'node:crypto';
import { Webhook as Verifier } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type {
  CreatedWebhook,
  RotatedWebhookSecret,
  Webhook,
  WebhookAttempt,
  WebhookMessage,
} from '@gpushield/contracts';
import { systemClock } from '../../platform/clock.ts';
import type { HttpServer } from '../../platform/http/server.ts';
import {
  eventually,
  startReceiver,
  webhooksRig,
  type Receiver,
  type Rig,
} from '../../platform/webhooks/testing/rig.ts';
import { httpHarness, principalWith, recordedAudit, testCursors, testDatabase } from '../../testing/index.ts';
import { createWebhooksDomain } from './index.ts';

const database = testDatabase();
const audit = recordedAudit();
let receiver: Receiver;
let rig: Rig;
let server: HttpServer;
let answerStatus = 200;

beforeAll(async () => {
  receiver = await startReceiver((_, response) => {
    response.statusCode = answerStatus;
    response.end('noted');
  });
  rig = webhooksRig(database.db, [receiver.port]);
  await rig.webhooks.start();
  const { routes } = createWebhooksDomain({
    db: database.db,
    clock: systemClock(),
    newId: () => randomUUIDv7(),
    cursors: testCursors(),
    webhooks: rig.webhooks,
  });
  const principals = {
    writer: principalWith('writer', ['webhooks:read', 'webhooks:write']),
    reader: principalWith('reader', ['webhooks:read']),
  };
  server = await httpHarness({ db: database.db, routes, principals, audit });
});
afterAll(async () => {
  await server.app.close();
  await rig.stop();
  await receiver.close();
});

interface Answer<T> {
  readonly status: number;
  readonly body: T;
  readonly text: string;
  readonly headers: Record<string, unknown>;
}
const send = async <T = Webhook & { code: string; errors: { field: string }[] }>(
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  { who = 'writer', headers = {} }: { who?: string; headers?: Record<string, string> } = {},
): Promise<Answer<T>> => {
  const typed = body === undefined ? {} : { 'content-type': 'application/json' };
  const payload = body === undefined ? {} : { payload: JSON.stringify(body) };
  const answer = await server.app.inject({
    method,
    url: `/api/v1/webhooks${path}`,
    headers: { authorization: `Bearer ${who}`, ...typed, ...headers },
    ...payload,
  });
  const text = answer.payload;
  const parsed = text === '' ? null : (JSON.parse(text) as unknown);
  return { status: answer.statusCode, body: parsed as T, text, headers: answer.headers };
};
interface PageOf<T> {
  readonly data: readonly T[];
  readonly pagination: { readonly cursor: string | null; readonly has_more: boolean };
}
const url = () => `http://127.0.0.1:${receiver.port}/${randomUUIDv7()}`;
const create = async (changes: Record<string, unknown> = {}) =>
  (await send<CreatedWebhook>('POST', '', { url: url(), event_types: ['none'], ...changes })).body;
const receivedAt = (webhook: { url: string }) =>
  receiver.received.filter(({ path }) => webhook.url.endsWith(path));
const attemptsOf = async (id: string, query = '') =>
  (await send<PageOf<WebhookAttempt>>('GET', `/${id}/attempts${query}`)).body.data;

describe('an endpoint', () => {
  it('is registered with a secret that only this answer shows', async () => {
    const made = await send<CreatedWebhook>('POST', '', {
      url: url(),
      labels: { team: 'red' },
      ordered: true,
    });
    expect(made).toMatchObject({ status: 201, headers: { 'cache-control': 'no-store' } });
    expect(made.body).toMatchObject({
      enabled: true,
      ordered: true,
      labels: { team: 'red' },
      event_types: [],
    });
    expect(made.body.secret).toMatch(/^whsec_/);
    const { id, secret } = made.body;
    for (const path of ['', `/${id}`, `/${id}/attempts`, `/${id}/messages`]) {
      const answer = await send('GET', path);
      expect(answer.status).toBe(200);
      expect(answer.text).not.toContain('secret');
      expect(answer.text).not.toContain(secret.slice(6));
    }
    const { rows } = await database.db.query('SELECT * FROM webhook_secrets WHERE endpoint_id = $1', [id]);
    expect(JSON.stringify(rows)).not.toContain(secret.slice(6));
    expect(JSON.stringify(audit.entries)).not.toContain(secret.slice(6));
    await send('DELETE', `/${id}`);
  });

  it('takes a given secret, and refuses one that is too short', async () => {
    const secret = `whsec_${Buffer.alloc(24, 5).toString('base64')}`;
    const made = await create({ secret });
    expect(made.secret).toBe(secret);
    expect((await send('POST', '', { url: url(), secret: 'whsec_c2hvcnQ=' })).status).toBe(422);
  });

  it.each([
    ['a private address', { url: 'http://10.0.0.1/' }],
    ['the metadata service', { url: 'http://169.254.169.254/latest' }],
    ['userinfo', { url: 'https://u:p@example.com/' }],
    ['another protocol', { url: 'ftp://example.com/' }],
    ['no URL', { url: 'nowhere' }],
    ['a filter with a star inside', { event_types: ['a.*.b'] }],
    ['an unknown field', { headers: { a: 'b' } }],
  ])('with %s is refused', async (_what, changes) => {
    expect((await send('POST', '', { url: url(), ...changes })).status).toBe(422);
  });

  it('is changed, disabled, enabled and deleted, and lists page through', async () => {
    const { id } = await create();
    const moved = url();
    expect((await send('PATCH', `/${id}`, { url: moved, rate_limit_per_second: 5 })).body).toMatchObject({
      url: moved,
      rate_limit_per_second: 5,
      event_types: ['none'],
    });
    expect((await send('PATCH', `/${id}`, { url: 'http://10.0.0.1/' })).status).toBe(422);
    expect((await send('PATCH', `/${id}`, {})).status).toBe(422);
    expect((await send('POST', `/${id}/disable`)).body).toMatchObject({
      enabled: false,
      disabled_reason: 'manual',
    });
    expect((await send('POST', `/${id}/test`)).status).toBe(409);
    expect((await send('POST', `/${id}/resend`, { since: '2020-01-01T00:00:00Z' })).status).toBe(409);
    expect((await send('POST', `/${id}/enable`)).body).toMatchObject({
      enabled: true,
      disabled_reason: null,
    });
    await create();
    const first = (await send<PageOf<Webhook>>('GET', '?limit=1')).body;
    const second = (await send<PageOf<Webhook>>('GET', `?limit=1&cursor=${first.pagination.cursor ?? ''}`))
      .body;
    expect(first.data[0]?.id).not.toBe(second.data[0]?.id);
    expect((await send('DELETE', `/${id}`)).status).toBe(204);
    for (const path of [`/${id}`, `/${id}/attempts`, `/${id}/messages`]) {
      expect((await send('GET', path)).status).toBe(404);
    }
    for (const verb of ['enable', 'disable', 'test', 'secret/rotate']) {
      expect((await send('POST', `/${id}/${verb}`)).status).toBe(404);
    }
  });

  it('may be looked at but not changed by those who only read', async () => {
    const { id } = await create();
    expect((await send('GET', `/${id}`, undefined, { who: 'reader' })).status).toBe(200);
    expect((await send('DELETE', `/${id}`, undefined, { who: 'reader' })).status).toBe(403);
    expect((await send('POST', `/${id}/test`, undefined, { who: 'reader' })).status).toBe(403);
  });
});

describe('what was sent', () => {
  it('a test event arrives, signed, and is found among the messages and attempts', async () => {
    const made = await create();
    const test = await send<{ message_id: string }>('POST', `/${made.id}/test`);
    expect(test.status).toBe(202);
    const got = await eventually(() => receivedAt(made)[0]);
    expect(new Verifier(made.secret).verify(got.body, got.headers)).toMatchObject({ type: 'webhook.test' });
    const [attempt] = await eventually(async () => {
      const found = await attemptsOf(made.id);
      return found.length > 0 && found;
    });
    expect(attempt).toMatchObject({
      message_id: test.body.message_id,
      attempt: 1,
      succeeded: true,
      status: 200,
      error: null,
      response: 'noted',
    });
    const messages = (await send<PageOf<WebhookMessage>>('GET', `/${made.id}/messages?status=succeeded`)).body
      .data;
    expect(messages).toMatchObject([{ id: test.body.message_id, type: 'webhook.test', attempts: 1 }]);
    expect(await attemptsOf(made.id, `?message_id=${randomUUIDv7()}`)).toEqual([]);
  });

  it('is verified by the old and by the new secret during rotation, and by the new one alone after it', async () => {
    const made = await create();
    const rotate = async (overlap: number) =>
      (await send<RotatedWebhookSecret>('POST', `/${made.id}/secret/rotate`, { overlap_seconds: overlap }))
        .body;
    const next = await rotate(3600);
    await send('POST', `/${made.id}/test`);
    const during = await eventually(() => receivedAt(made)[0]);
    for (const secret of [made.secret, next.secret]) new Verifier(secret).verify(during.body, during.headers);
    const last = await rotate(0);
    await database.db.query(
      'UPDATE webhook_secrets SET expires_at = now() WHERE endpoint_id = $1 AND expires_at > now()',
      [made.id],
    );
    await send('POST', `/${made.id}/test`);
    const after = await eventually(() => receivedAt(made)[1]);
    new Verifier(last.secret).verify(after.body, after.headers);
    for (const secret of [made.secret, next.secret]) {
      expect(() => new Verifier(secret).verify(after.body, after.headers)).toThrow('No matching signature');
    }
  });

  it('is sent again with its id of before: one message, or all that failed', async () => {
    const made = await create();
    answerStatus = 500;
    const { message_id: id } = (await send<{ message_id: string }>('POST', `/${made.id}/test`)).body;
    await eventually(async () => (await attemptsOf(made.id)).length === 1);
    await database.db.query(
      `UPDATE webhook_deliveries SET status = 'failed', finished_at = now() WHERE endpoint_id = $1`,
      [made.id],
    );
    answerStatus = 200;
    const all = await send('POST', `/${made.id}/resend`, { since: '2020-01-01T00:00:00Z' });
    expect(all).toMatchObject({ status: 202, body: { resent: 1, has_more: false } });
    await eventually(async () => (await attemptsOf(made.id))[0]?.succeeded);
    expect(await send('POST', `/${made.id}/resend`, { message_id: id })).toMatchObject({ status: 202 });
    await eventually(() => receivedAt(made).length === 3);
    expect(new Set(receivedAt(made).map(({ headers }) => headers['webhook-id']))).toEqual(new Set([id]));
    expect((await send('POST', `/${made.id}/resend`, { message_id: randomUUIDv7() })).status).toBe(404);
    expect((await send('POST', `/${made.id}/resend`, {})).status).toBe(422);
    expect(
      (await send('POST', `/${made.id}/resend`, { message_id: id, since: '2020-01-01T00:00:00Z' })).status,
    ).toBe(422);
  });
});
