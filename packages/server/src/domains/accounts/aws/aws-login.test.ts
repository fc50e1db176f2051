import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../../app.ts';
import { testDatabase } from '../../../testing/index.ts';
import { stopApp, testApp } from '../../../testing/app-harness.ts';

const database = testDatabase();
const secret = 'a secret key of the tests, forty characters';
const accessKeyId = 'ASIATESTKEYOFTHETESTS';
const role = 'arn:aws:iam::123456789012:role/SSOCloudDevGpuReservation';
let app: App;
let sts: Server;
let host = '';
let answer: { status: number; headers?: Record<string, string>; body?: string } | undefined;
let identity = {
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
      const Arn = `arn:aws:sts::${identity.account}:assumed-role/${identity.role}/${identity.session}`;
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
const presigned = (more: { atMs?: number; audience?: string } = {}) => {
  const date = dateOf(more.atMs ?? Date.now());
  const audience = more.audience ?? 'gpushield';
  const token = randomBytes(90).toString('base64url');
  const names = 'content-type;host;x-amz-date;x-amz-security-token;x-gpushield-audience';
  const headers = {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host,
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
const logIn = (payload: object) =>
  app.http.app.inject({
    method: 'POST',
    url: '/v1/auth/aws-login',
    payload,
    remoteAddress: `127.7.0.${String((calls += 1))}`,
  });

describe('AWS login', () => {
  it('turns a pre-signed identity into a key that works, of the same user every time, and rotates it', async () => {
    const first = await logIn({ presigned: presigned() });
    expect(first.statusCode, first.body).toBe(200);
    const body = first.json<{ api_key: string; user_id: number; username: string }>();
    expect(body).toMatchObject({ username: 'ann', ttl_hours: 2, user_id: expect.any(Number) });
    expect(body.api_key).toHaveLength(86);
    const again = (await logIn({ presigned: presigned() })).json<{ user_id: number }>();
    expect(again.user_id).toBe(body.user_id);
    const headers = { authorization: `Bearer ${body.api_key}` };
    const rotated = await app.http.app.inject({ method: 'POST', url: '/v1/keys/rotate', headers });
    expect(rotated.statusCode, rotated.body).toBe(200);
    expect(rotated.json()).toMatchObject({ username: 'ann', user_id: body.user_id });
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

  it('lets in the exact partition, account and role, and no role of that name in another account', async () => {
    const good = identity;
    identity = { ...good, account: '999999999999' };
    expect((await logIn({ presigned: presigned() })).statusCode).toBe(403);
    identity = { ...good, role: 'SSOCloudDevGpuReservationX' };
    expect((await logIn({ presigned: presigned() })).statusCode).toBe(403);
    identity = good;
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
