import { createHmac, randomUUIDv7 } from 'node:crypto';
import { Type } from 'typebox';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defineRoute, ok } from '../../platform/http/route.ts';
import { endAgentSecrets, putAgentSecret } from '../../platform/identity/index.ts';
import { createSecret } from '../../platform/secrets/index.ts';
import type { Sealer } from '../../platform/secrets/seal-types.ts';
import { testDatabase } from '../../testing/index.ts';
import { createReplica, type Replica } from './testing/replica.ts';

const database = testDatabase();

/** Enough of a sealer to see that purposes are bound and nothing is stored in clear. */
const sealer: Sealer = {
  seal: (plaintext, purpose) => Buffer.from(JSON.stringify([purpose, plaintext])).toString('base64'),
  unseal: (sealed, purpose) => {
    const [boundTo, plaintext] = JSON.parse(Buffer.from(sealed, 'base64').toString()) as [string, string];
    if (boundTo !== purpose) throw new Error('sealed for another purpose');
    return plaintext;
  },
  needsReseal: () => false,
};

const routeOf = (path: string, signed: boolean, method: 'GET' | 'POST' = 'POST') =>
  defineRoute({
    method,
    path,
    operationId: path.slice(1),
    summary: 'Of a test',
    tag: 'Test',
    access: { scope: 'events:write', ...(signed ? { credential: 'agent-or-bearer' as const } : {}) },
    audit: { when: 'before', action: 'events.report' },
    effect: method === 'GET' ? 'read' : 'transaction',
    bodyLimitBytes: 1024,
    schema: {
      ...(method === 'GET' ? {} : { body: Type.Object({ pid: Type.Integer() }) }),
      responses: { 200: Type.Object({}) },
    },
    handler: async (_input, { principal, ownOnly }) =>
      ok({ id: principal.id, kind: principal.kind, ownOnly }),
  });

let replica: Replica;
let other: Replica;
beforeAll(async () => {
  const options = {
    connectionString: database.connectionString,
    routes: [routeOf('/signed', true), routeOf('/bearer-only', false), routeOf('/signed-read', true, 'GET')],
    agents: {
      configured: { 'agent-1': createSecret('secret-1') },
      requireTimestamp: false,
      scopes: ['events:write:own' as const],
      sealer,
    },
  };
  replica = await createReplica(options);
  other = await createReplica(options);
});
afterAll(async () => {
  await replica.close();
  await other.close();
});

const send = (
  text: string,
  secret: string,
  options: { agentId?: string; path?: string; on?: Replica; headers?: Record<string, string> } = {},
) =>
  (options.on ?? replica).server.app.inject({
    method: 'POST',
    url: options.path ?? '/signed',
    payload: text,
    headers: {
      'content-type': 'application/json',
      'x-agent-id': options.agentId ?? 'agent-1',
      'x-agent-signature': createHmac('sha256', secret).update(text).digest('base64'),
      ...options.headers,
    },
  });

describe('a route that takes signed requests', () => {
  it('knows the agent by the signature over the raw bytes, whitespace included', async () => {
    const answer = await send('{ "pid":  7 }', 'secret-1');
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.json()).toEqual({ id: 'agent:agent-1', kind: 'agent', ownOnly: true });
  });

  it('refuses and audits a wrong signature, and parses nothing of what it covers', async () => {
    replica.audit.entries.length = 0;
    for (const text of ['{"pid":7}', 'not json at all {']) {
      const answer = await send(text, 'wrong');
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'invalid_signature']);
    }
    expect(replica.audit.entries.map(({ granted, reason }) => [granted, reason])).toEqual([
      [false, 'invalid_signature'],
      [false, 'invalid_signature'],
    ]);
    expect((await send('not json at all {', 'secret-1')).statusCode).toBe(400);
  });

  it('holds the limit of the body before it looks at the signature', async () => {
    expect((await send(`{"pid":7,"x":"${'y'.repeat(2000)}"}`, 'secret-1')).statusCode).toBe(413);
  });

  it('takes a bearer credential as well, which then is the one that counts', async () => {
    await replica.addUser('olga', ['operator']);
    const { access_token: token } = await replica.logIn('olga');
    const answer = await send('{"pid":7}', 'wrong', { headers: { authorization: `Bearer ${token}` } });
    expect(answer.json()).toMatchObject({ kind: 'user', ownOnly: false });
    expect(
      (await send('{"pid":7}', 'secret-1', { headers: { authorization: 'Bearer nonsense-nonsense' } }))
        .statusCode,
    ).toBe(401);
  });

  it('takes a signature over no body where there is none', async () => {
    const read = (secret: string) =>
      replica.server.app.inject({
        method: 'GET',
        url: '/signed-read',
        headers: {
          'x-agent-id': 'agent-1',
          'x-agent-signature': createHmac('sha256', secret).update('').digest('base64'),
        },
      });
    expect((await read('secret-1')).statusCode).toBe(200);
    expect((await read('wrong')).statusCode).toBe(401);
  });

  it('gives the same Idempotency-Key the first answer, which is what the plain form has against replay', async () => {
    const headers = { 'idempotency-key': '"once"' };
    expect(
      (await send('{"pid":7}', 'secret-1', { headers })).headers['idempotency-replayed'],
    ).toBeUndefined();
    expect((await send('{"pid":7}', 'secret-1', { headers })).headers['idempotency-replayed']).toBe('true');
  });
});

describe('any other route', () => {
  it('does not know agents', async () => {
    const answer = await send('{"pid":7}', 'secret-1', { path: '/bearer-only' });
    expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([401, 'not_authenticated']);
  });
});

describe('an agent that the platform keeps', () => {
  const put = (secret: string, othersUntil = new Date()) =>
    replica.db.transaction((tx) =>
      putAgentSecret(tx, sealer, {
        id: randomUUIDv7(),
        agentId: 'kept:1',
        secret,
        scopes: ['events:write'],
        at: new Date(),
        othersUntil,
      }),
    );
  const statusOf = async (secret: string, on: Replica) =>
    (await send('{"pid":7}', secret, { agentId: 'kept:1', on })).statusCode;
  const eventually = async (secret: string, status: number) => {
    for (const on of [replica, other])
      await expect.poll(() => statusOf(secret, on), { timeout: 5000 }).toBe(status);
  };

  it('is known, rotated and ended on every replica, though it was asked for before', async () => {
    await eventually('first-secret', 401);
    await put('first-secret');
    await eventually('first-secret', 200);
    await put('second-secret', new Date(Date.now() + 60_000));
    await eventually('second-secret', 200);
    await eventually('first-secret', 200);
    await put('third-secret');
    await eventually('first-secret', 401);
    await eventually('third-secret', 200);
    await replica.db.transaction((tx) =>
      endAgentSecrets(tx, sealer, {
        id: randomUUIDv7(),
        agentId: 'kept:1',
        secret: 'a-secret-that-nobody-knows',
        at: new Date(),
      }),
    );
    await eventually('third-secret', 401);
  });

  it('has no secret in clear in the database', async () => {
    await put('a-very-secret-secret');
    const { rows } = await replica.db.query('SELECT * FROM agent_secrets');
    expect(JSON.stringify(rows)).not.toContain('a-very-secret-secret');
  });
});
