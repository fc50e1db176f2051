import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../../app.ts';
import { testDatabase } from '../../../testing/index.ts';
import { stopApp, testApp } from '../../../testing/app-harness.ts';

const database = testDatabase();
const secret = 'a-secret-key-of-the-tests-forty-characters';
const accessKeyId = 'ASIATESTKEYOFTHETESTS';
const role = 'arn:aws:iam::123456789012:role/SSOCloudDevGpuReservation';
let app: App;
let sts: Server;
let host = '';
let answer: 'never' | { status: number; headers?: Record<string, string>; body?: string } | undefined;
let identity = {
  partition: 'aws',
  account: '123456789012',
  role: 'SSOCloudDevGpuReservation',
  id: 'AROATESTROLEOFTESTS1',
  session: 'ann',
};
let asked = 0;

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Signature Version 4 as AWS documents it, written for this test alone: what the server makes is checked against it. */
const signature = (headers: Record<string, string>, names: string, body: string, date: string): string => {
  const lines = names
    .split(';')
    .map((name) => `${name}:${headers[name] ?? ''}\n`)
    .join('');
  const canonical = `POST\n/\n\n${lines}\n${names}\n${sha(body)}`;
  const text = `AWS4-HMAC-SHA256\n${date}\n${date.slice(0, 8)}/us-east-1/sts/aws4_request\n${sha(canonical)}`;
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date.slice(0, 8)), 'us-east-1'), 'sts'), 'aws4_request');
  return hmac(key, text).toString('hex');
};

beforeAll(async () => {
  sts = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString('utf8')));
    request.on('end', () => {
      asked += 1;
      if (answer === 'never') return;
      if (answer !== undefined) {
        response.writeHead(answer.status, answer.headers).end(answer.body);
        return;
      }
      const names = /SignedHeaders=([^,]+)/.exec(request.headers.authorization ?? '')?.[1] ?? '';
      const given = /Signature=([0-9a-f]+)/.exec(request.headers.authorization ?? '')?.[1];
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      );
      const expected = signature(headers, names, body, headers['x-amz-date'] ?? '');
      if (given !== expected || body !== 'Action=GetCallerIdentity&Version=2011-06-15') {
        response.writeHead(403).end('{"Error":{"Code":"SignatureDoesNotMatch"}}');
        return;
      }
      const Arn = `arn:${identity.partition}:sts::${identity.account}:assumed-role/${identity.role}/${identity.session}`;
      const GetCallerIdentityResult = {
        Arn,
        Account: identity.account,
        UserId: `${identity.id}:${identity.session}`,
      };
      response.writeHead(200).end(JSON.stringify({ GetCallerIdentityResponse: { GetCallerIdentityResult } }));
    });
  });
  await new Promise<void>((resolve) => sts.listen(0, '127.0.0.1', resolve));
  const address = sts.address();
  host = `127.0.0.1:${typeof address === 'object' && address !== null ? String(address.port) : ''}`;
  app = await testApp({
    db: database.db,
    env: { ALLOWED_AWS_ROLE: role, AWS_ENDPOINT_URL_STS: `http://${host}` },
  });
});
afterAll(async () => {
  await stopApp(app);
  sts.closeAllConnections();
  sts.close();
});

const dateOf = (ms: number): string => new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
const presigned = (more: { atMs?: number; audience?: string; host?: string } = {}) => {
  const date = dateOf(more.atMs ?? Date.now());
  const audience = more.audience ?? 'gpushield';
  const token = randomBytes(90).toString('base64url');
  const names = 'content-type;host;x-amz-date;x-amz-security-token;x-gpushield-audience';
  const headers = {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host: more.host ?? host,
    'x-amz-date': date,
    'x-amz-security-token': token,
    'x-gpushield-audience': audience,
  };
  return {
    region: 'us-east-1',
    access_key_id: accessKeyId,
    session_token: token,
    amz_date: date,
    signed_headers: names,
    signature: signature(headers, names, 'Action=GetCallerIdentity&Version=2011-06-15', date),
    audience,
  };
};
let calls = 0;
const logIn = (payload: object, remoteAddress = `127.7.0.${String((calls += 1))}`, at = app) =>
  at.http.app.inject({ method: 'POST', url: '/v1/auth/aws-login', payload, remoteAddress });

describe('AWS login', () => {
  it('turns a pre-signed identity into a key that works, of the same user every time, and rotates it', async () => {
    const first = await logIn({ presigned: presigned() });
    expect(first.statusCode, first.body).toBe(200);
    const body = first.json<{ api_key: string; user_id: number; username: string; expires_at: string }>();
    expect(body).toMatchObject({ username: 'ann', ttl_hours: 2, user_id: expect.any(Number) });
    expect(body.api_key).toHaveLength(86);
    const again = (await logIn({ presigned: presigned() })).json<{ user_id: number }>();
    expect(again.user_id).toBe(body.user_id);
    const headers = { authorization: `Bearer ${body.api_key}` };
    const rotated = await app.http.app.inject({ method: 'POST', url: '/v1/keys/rotate', headers });
    expect(rotated.statusCode, rotated.body).toBe(200);
    // It ends when the login's key would have: whoever lost the role cannot renew for ever.
    expect(rotated.json()).toMatchObject({
      username: 'ann',
      user_id: body.user_id,
      expires_at: body.expires_at,
    });
    // Every replica hears of the end of the old key; this one too, a moment later.
    const withOld = async () =>
      (await app.http.app.inject({ method: 'GET', url: '/v1/jobs', headers })).statusCode;
    await expect.poll(withOld, { timeout: 20_000 }).toBe(403);
  });

  it('refuses replays, old dates, other audiences, and a signature that AWS does not take', async () => {
    const once = presigned();
    expect((await logIn({ presigned: once })).statusCode).toBe(200);
    expect((await logIn({ presigned: once })).statusCode).toBe(401);
    expect((await logIn({ presigned: presigned({ atMs: Date.now() - 360_000 }) })).statusCode).toBe(401);
    expect((await logIn({ presigned: presigned({ audience: 'elsewhere' }) })).statusCode).toBe(401);
    const forged = { ...presigned(), signature: 'a'.repeat(64) };
    expect((await logIn({ presigned: forged })).statusCode).toBe(401);
    expect((await logIn({ presigned: { ...presigned(), region: 'eu-west-1' } })).statusCode).toBe(401);
    expect((await logIn({ presigned: { ...presigned(), url: 'http://evil' } })).statusCode).toBe(422);
  });

  it('lets one of many in that bring the same signature at once', async () => {
    const once = { presigned: presigned() };
    const answers = await Promise.all(Array.from({ length: 5 }, () => logIn(once)));
    expect(answers.map((each) => each.statusCode).sort()).toEqual([200, 401, 401, 401, 401]);
  });

  it('gives keys that end', async () => {
    const { api_key, key_prefix } = (await logIn({ presigned: presigned() })).json<{
      api_key: string;
      key_prefix: string;
    }>();
    expect(key_prefix).toBe(api_key.slice(0, 8));
    await database.db.query(
      `UPDATE api_keys SET created_at = created_at - interval '3 hours', expires_at = expires_at - interval '3 hours'
        WHERE key_prefix = $1`,
      [key_prefix],
    );
    const headers = { authorization: `Bearer ${api_key}` };
    const refused = await app.http.app.inject({ method: 'GET', url: '/v1/jobs', headers });
    expect(refused.statusCode, refused.body).toBe(403);
    expect(refused.json()).toMatchObject({ detail: expect.stringMatching(/expired/i) });
  });

  it('lets in the exact partition, account and role, and no role of that name in another account', async () => {
    const good = identity;
    identity = { ...good, account: '999999999999' };
    expect((await logIn({ presigned: presigned() })).statusCode).toBe(403);
    identity = { ...good, role: 'SSOCloudDevGpuReservationX' };
    expect((await logIn({ presigned: presigned() })).statusCode).toBe(403);
    identity = { ...good, partition: 'aws-cn' };
    expect((await logIn({ presigned: presigned() })).statusCode).toBe(403);
    identity = good;
  });

  it('takes no second spelling of a field, and no signature made for another host', async () => {
    const twice = { ...presigned(), Region: 'eu-west-1' };
    expect((await logIn({ presigned: twice })).statusCode).toBe(422);
    expect((await logIn({ presigned: presigned(), Presigned: presigned() })).statusCode).toBe(422);
    const doubled = presigned();
    const names = `${doubled.signed_headers};X-Amz-Date`;
    expect((await logIn({ presigned: { ...doubled, signed_headers: names } })).statusCode).toBe(422);
    expect((await logIn({ presigned: presigned({ host: 'sts.evil.example' }) })).statusCode).toBe(401);
  });

  it('tells a new role of the same name from the old one', async () => {
    const good = identity;
    const numberOf = async () =>
      (await logIn({ presigned: presigned() })).json<{ user_id: number; username: string }>();
    const before = await numberOf();
    identity = { ...good, id: 'AROATESTROLEOFTESTS2' };
    const after = await numberOf();
    expect(after.user_id).not.toBe(before.user_id);
    expect(after.username).not.toBe(before.username);
    identity = good;
  });

  it('asks STS no more often for one address than a password may be tried', async () => {
    const before = asked;
    const forged = () => ({ presigned: { ...presigned(), signature: randomBytes(32).toString('hex') } });
    const statuses: number[] = [];
    for (let tries = 0; tries < 12; tries += 1)
      statuses.push((await logIn(forged(), '127.8.0.1')).statusCode);
    expect(statuses.slice(0, 10)).toEqual(Array<number>(10).fill(401));
    expect(statuses.slice(10)).toEqual([429, 429]);
    expect(asked - before).toBe(10);
  });

  it('gives up on an STS that hangs, or talks without end', async () => {
    answer = { status: 200, body: 'x'.repeat(70_000) };
    expect((await logIn({ presigned: presigned() })).statusCode).toBe(503);
    answer = 'never';
    expect((await logIn({ presigned: presigned() })).statusCode).toBe(503);
    answer = undefined;
  }, 30_000);

  it('signs for a client that sends its secret, where the operator allows it', async () => {
    const raw = await testApp({
      db: database.db,
      env: {
        ALLOWED_AWS_ROLE: role,
        AWS_ENDPOINT_URL_STS: `http://${host}`,
        GPUSHIELD_AWS_RAW_LOGIN: 'true',
      },
    });
    try {
      const keys = { aws_access_key_id: accessKeyId, aws_session_token: 't'.repeat(120) };
      const good = await logIn({ ...keys, aws_secret_access_key: secret }, undefined, raw);
      expect(good.statusCode, good.body).toBe(200);
      expect(Object.keys(good.json<object>()).sort()).toEqual(
        ['api_key', 'aws_arn', 'expires_at', 'key_prefix', 'ttl_hours', 'user_id', 'username'].sort(),
      );
      const wrong = await logIn({ ...keys, aws_secret_access_key: 'w'.repeat(40) }, undefined, raw);
      expect(wrong.statusCode).toBe(401);
      expect(wrong.json()).toMatchObject({ detail: expect.any(String) });
    } finally {
      await stopApp(raw);
    }
  });

  it('asks nobody where the role is allowed by its name alone', async () => {
    const named = await testApp({
      db: database.db,
      env: { ALLOWED_AWS_ROLE: 'SSOCloudDevGpuReservation', AWS_ENDPOINT_URL_STS: `http://${host}` },
    });
    try {
      const before = asked;
      const refused = await logIn({ presigned: presigned() }, undefined, named);
      expect(refused.statusCode).toBe(403);
      expect(refused.json<{ detail: string }>().detail).toContain('ALLOWED_AWS_ROLE');
      expect(asked).toBe(before);
    } finally {
      await stopApp(named);
    }
  });

  it('takes XML, redirects and errors of STS for no identity', async () => {
    for (const [bad, status] of [
      [{ status: 200, body: '<GetCallerIdentityResponse/>' }, 503],
      [{ status: 302, headers: { location: 'http://169.254.169.254/' } }, 503],
      [{ status: 500, body: 'no' }, 503],
      [{ status: 200, body: '{"GetCallerIdentityResponse":{}}' }, 403],
    ] as const) {
      answer = bad;
      expect((await logIn({ presigned: presigned() })).statusCode).toBe(status);
    }
    answer = undefined;
  });

  it('keeps a disabled user disabled, and takes no secrets unless the operator allows it', async () => {
    await database.db.query(`UPDATE users SET disabled = true WHERE username = 'ann'`);
    expect((await logIn({ presigned: presigned() })).statusCode).toBe(403);
    const before = asked;
    const raw = await logIn({ aws_access_key_id: accessKeyId, aws_secret_access_key: 's'.repeat(40) });
    expect(raw.statusCode).toBe(403);
    expect(asked).toBe(before);
  });
});
