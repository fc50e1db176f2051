import { describe, expect, it } from 'vitest';
import { listAll, objectAt, objectsAt, registerGpu, send, textAt } from '../support/client.ts';
import { adminPassword } from '../support/gpushield-server.ts';
import { oneServer } from '../support/one-server.ts';

const running = oneServer();

describe('signing in', () => {
  it('answers a bearer token for 15 minutes and a refresh token', async () => {
    const body = { username: 'admin', password: adminPassword };
    const answer = await send(`${running.url}/auth/login`, 'POST', body);
    expect(answer.status).toBe(200);
    expect(answer.json()).toMatchObject({ token_type: 'bearer', expires_in: 900 });
    const again = await send(`${running.url}/auth/refresh`, 'POST', {
      refresh_token: textAt(answer.json(), 'refresh_token'),
    });
    expect(again.status).toBe(200);
  });

  it('does not say whether the name or the password was wrong', async () => {
    const wrong = await Promise.all(
      [
        { username: 'admin', password: 'x'.repeat(12) },
        { username: 'nobody', password: 'x'.repeat(12) },
      ].map((body) => send(`${running.url}/auth/login`, 'POST', body)),
    );
    expect(wrong.map((answer) => answer.status)).toEqual([401, 401]);
    const [first, second] = wrong.map((answer) => ({ ...answer.json(), correlation_id: '' }));
    expect(first).toEqual(second);
  });
});

describe('paths', () => {
  it('work with and without their trailing slash, for reads and for changes', async () => {
    for (const path of ['/api/v1/nodes', '/api/v1/alerts', '/api/v1/sensors', '/health', '/openapi.json']) {
      const statuses = [
        await running.admin.send('GET', path),
        await running.admin.send('GET', `${path}/`),
      ].map((a) => a.status);
      expect([path, ...statuses]).toEqual([path, 200, 200]);
    }
    for (const path of ['/api/v1/nodes', '/api/v1/nodes/']) {
      const answer = await running.admin.send('POST', path, { name: `slash-${path.length}` });
      expect(answer.status).toBe(201);
    }
    expect((await running.admin.send('POST', '/api/v1/alerts/query/', {})).status).toBe(200);
  });
});

describe('errors', () => {
  it.each([
    ['a missing credential', 'GET', '/api/v1/nodes', undefined, 401, 'not_authenticated', false],
    ['an unknown path', 'GET', '/api/v1/nothing', undefined, 404, 'not_found', true],
    ['a wrong method', 'DELETE', '/api/v1/nodes', undefined, 405, 'method_not_allowed', true],
    [
      'an unknown field',
      'POST',
      '/api/v1/nodes',
      { name: 'x', colour: 'red' },
      422,
      'validation_failed',
      true,
    ],
    ['a tampered cursor', 'GET', '/api/v1/nodes?cursor=AAAA', undefined, 400, 'invalid_cursor', true],
  ] as const)(
    'are RFC 9457 problems with correlation_id and remediation: %s',
    async (_, method, path, body, status, code, signedIn) => {
      const headers = {
        'x-correlation-id': 'corr-0123456789',
        ...(signedIn ? { authorization: `Bearer ${running.admin.token}` } : {}),
      };
      const answer = await send(`${running.url}${path}`, method, body, headers);
      expect(answer.status).toBe(status);
      expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
      expect(answer.headers.get('x-correlation-id')).toBe('corr-0123456789');
      const problem = answer.json();
      expect(problem).toMatchObject({
        status,
        code,
        correlation_id: 'corr-0123456789',
        instance: path.split('?')[0],
      });
      for (const key of ['type', 'title', 'detail', 'remediation']) expect(textAt(problem, key)).not.toBe('');
    },
  );

  it('name the field that is wrong', async () => {
    const answer = await running.admin.send('POST', '/api/v1/nodes', { name: 'x', colour: 'red' });
    expect(JSON.stringify(objectsAt(answer.json(), 'errors'))).toContain('colour');
  });
});

describe('cursors', () => {
  it('walk a list once, work only with the filters they were made with, and are refused when tampered with', async () => {
    for (let n = 0; n < 7; n += 1) {
      await running.admin.send('POST', '/api/v1/nodes', { name: `page-${n}`, cluster_id: 'pages' });
    }
    const first = await running.admin.send('GET', '/api/v1/nodes?cluster_id=pages&limit=3');
    const cursor = textAt(objectAt(first.json(), 'pagination'), 'cursor');
    const second = await running.admin.send('GET', `/api/v1/nodes?cluster_id=pages&limit=4&cursor=${cursor}`);
    const names = [...objectsAt(first.json(), 'data'), ...objectsAt(second.json(), 'data')].map(
      (node) => node['name'],
    );
    expect([...new Set(names)].sort()).toEqual(Array.from({ length: 7 }, (_, n) => `page-${n}`));
    expect(objectAt(second.json(), 'pagination')).toEqual({ cursor: null, has_more: false });

    const flipped = `${cursor.slice(0, -2)}${cursor.endsWith('AA') ? 'BB' : 'AA'}`;
    for (const path of [
      `/api/v1/nodes?cluster_id=pages&cursor=${flipped}`,
      `/api/v1/nodes?cluster_id=other&cursor=${cursor}`,
      `/api/v1/sensors?cursor=${cursor}`,
    ]) {
      const answer = await running.admin.send('GET', path);
      expect([path, answer.status, answer.json()['title']]).toEqual([path, 400, 'Invalid Cursor']);
    }
  });
});

describe('idempotency', () => {
  it('gives a retry the first answer, and refuses the key with another payload', async () => {
    const headers = { 'idempotency-key': '"retry-1"' };
    const first = await running.admin.send(
      'POST',
      '/api/v1/nodes',
      { name: 'idem', cluster_id: 'idem' },
      headers,
    );
    const again = await running.admin.send(
      'POST',
      '/api/v1/nodes',
      { name: 'idem', cluster_id: 'idem' },
      headers,
    );
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.json()).toEqual(first.json());
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    const other = await running.admin.send('POST', '/api/v1/nodes', { name: 'other' }, headers);
    expect([other.status, other.json()['code']]).toEqual([422, 'idempotency_key_reused']);
  });
});

describe('what the server says of itself', () => {
  it('is its health, public, short and without internals', async () => {
    const answer = await send(`${running.url}/health`, 'GET');
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.json()).sort()).toEqual(['database', 'queue', 'status', 'timestamp']);
    expect(answer.json()).toMatchObject({ status: 'healthy' });
    expect((await send(`${running.url}/health/details`, 'GET')).status).toBe(401);
    expect((await running.admin.send('GET', '/health/details')).status).toBe(200);
  });

  it('is an OpenAPI 3.1 document that names every operation of the seed, and a page to read it', async () => {
    const [document, other] = await Promise.all(
      ['/openapi.json', '/api/v1/openapi.json'].map((path) => send(`${running.url}${path}`, 'GET')),
    );
    expect(document?.text).toBe(other?.text);
    expect(document?.json()['openapi']).toMatch(/^3\.1\./);
    const paths = Object.keys(objectAt(document?.json() ?? {}, 'paths'));
    for (const path of [
      '/auth/login',
      '/api/v1/nodes',
      '/api/v1/telemetry/records',
      '/api/v1/alerts/query',
      '/api/v1/audit',
    ]) {
      expect(paths).toContain(path);
    }
    for (const path of ['/docs', '/docs/', '/api/v1/docs']) {
      const page = await send(`${running.url}${path}`, 'GET');
      expect([path, page.status]).toEqual([path, 200]);
      expect(page.text).toContain('swagger');
    }
  });
});

describe('the audit trail', () => {
  it('has an entry for every decision, granted or not, linked by hash', async () => {
    const headers = { 'x-correlation-id': 'audited-0001' };
    await running.admin.send('POST', '/api/v1/nodes', { name: 'audited' }, headers);
    await send(`${running.url}/api/v1/nodes`, 'GET', undefined, { 'x-correlation-id': 'audited-0002' });
    const granted = await running.admin.send('GET', '/api/v1/audit?correlation_id=audited-0001');
    expect(objectsAt(granted.json(), 'data')).toMatchObject([
      { action: 'node.register', granted: true, principal_name: 'admin', ip_address: '127.0.0.1' },
    ]);
    const refused = await running.admin.send('GET', '/api/v1/audit?correlation_id=audited-0002');
    expect(objectsAt(refused.json(), 'data')).toMatchObject([
      { action: 'node.list', granted: false, reason: 'not_authenticated' },
    ]);
    const trail = await listAll(running.admin, '/api/v1/audit');
    const hashes = new Set(trail.map((entry) => entry['hash']));
    const loose = trail.filter((entry) => !hashes.has(entry['previous_hash']));
    expect(loose.map((entry) => entry['previous_hash'])).toEqual(['0'.repeat(64)]);
  });
});

describe('telemetry', () => {
  it('refuses what no device reports, and stores nothing of a bulk with one bad record', async () => {
    const gpuId = await registerGpu(running.admin);
    const record = (temperature: number, timestamp = new Date().toISOString()) => ({
      gpu_id: gpuId,
      timestamp,
      metrics: { temperature },
    });
    const answer = await running.admin.send('POST', '/api/v1/telemetry/records/bulk', {
      records: [record(40), record(4_000)],
    });
    expect(answer.status).toBe(422);
    expect(JSON.stringify(objectsAt(answer.json(), 'errors'))).toContain('/records/1');
    for (const timestamp of ['1970-01-01T00:00:00Z', '2999-01-01T00:00:00Z', 'yesterday']) {
      const refused = await running.admin.send('POST', '/api/v1/telemetry/records', record(40, timestamp));
      expect([timestamp, refused.status]).toEqual([timestamp, 422]);
    }
    expect(await listAll(running.admin, `/api/v1/telemetry/records?gpu_id=${gpuId}`)).toEqual([]);
  });
});
