import { createHash, createHmac } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { awsCallerIdentityBody, type AwsPresignedLogin } from '@gpushield/contracts';
import { describe, expect, it } from 'vitest';
import { createDevStage } from '../testing/dev-stage.ts';
import { problem, type Reply } from '../testing/fake-server.ts';
import { keySample, sampleNow } from '../testing/samples.ts';

const stage = createDevStage();
const minuteMs = 60_000;
const secret = 'the+secret/of+aws+that+stays+on+this+machine';
const aws = { accessKeyId: 'ASIAOFTHETESTSOFOURS', secretAccessKey: secret, sessionToken: 'T'.repeat(120) };
const choice = { region: 'eu-west-1', audience: 'gpus.example' };

const file = (): string => join(stage.home, '.gpu-dev/credentials');
const kept = async (): Promise<unknown> => JSON.parse(await readFile(file(), 'utf8'));
const keep = async (credentials: object): Promise<void> => {
  await mkdir(join(stage.home, '.gpu-dev'), { recursive: true });
  await writeFile(file(), JSON.stringify({ url: stage.server.url, ...credentials }), { mode: 0o600 });
};
const at = (ms: number): string => new Date(sampleNow + ms).toISOString();
const me = (fields: object = {}): Reply => ({
  body: {
    id: '1',
    kind: 'user',
    username: 'ada',
    roles: ['researcher'],
    scopes: ['jobs:write:own'],
    credential_expires_at: null,
    ...fields,
  },
});
const awsAnswers = (key: string, endsMs: number): void => {
  stage.server.routes.set('POST /v1/auth/aws-login', () => ({
    body: {
      api_key: key,
      key_prefix: key.slice(0, 8),
      user_id: 7,
      username: 'ada',
      expires_at: at(endsMs),
      aws_arn: 'arn:aws:sts::123456789012:assumed-role/Dev/ada',
      ttl_hours: 2,
    },
  }));
};
/** Answers those alone who carry this token. */
const opensFor = (token: string, otherwise: Reply): void => {
  stage.server.routes.set('GET /api/v1/me', ({ headers }) =>
    headers.authorization === `Bearer ${token}` ? me() : otherwise,
  );
  stage.server.routes.set('GET /v1/jobs', ({ headers }) =>
    headers.authorization === `Bearer ${token}`
      ? { body: { jobs: [], total: 0, limit: 50, offset: 0 } }
      : otherwise,
  );
};
const logins = (): number => stage.server.seen.filter(({ path }) => path === '/v1/auth/aws-login').length;

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
/** What the signature must be, by AWS's description of Signature Version 4. */
const expectedSignature = (login: AwsPresignedLogin): string => {
  const day = login.amz_date.slice(0, 8);
  const scope = [day, login.region, 'sts', 'aws4_request'];
  const canonical = [
    'POST',
    '/',
    '',
    'content-type:application/x-www-form-urlencoded; charset=utf-8',
    `host:sts.${login.region}.amazonaws.com`,
    `x-amz-date:${login.amz_date}`,
    `x-amz-security-token:${login.session_token ?? ''}`,
    `x-gpushield-audience:${login.audience}`,
    '',
    login.signed_headers,
    sha256(awsCallerIdentityBody),
  ].join('\n');
  const text = `AWS4-HMAC-SHA256\n${login.amz_date}\n${scope.join('/')}\n${sha256(canonical)}`;
  const key = scope.reduce<string | Buffer>((derived, part) => hmac(derived, part), `AWS4${secret}`);
  return hmac(key, text).toString('hex');
};

describe('login', () => {
  it('with AWS sends a signature that STS will find right, and never the secret', async () => {
    awsAnswers('key-1', 120 * minuteMs);
    opensFor('key-1', problem('not_authenticated', 'd'));
    const args = ['login', '--aws', '--region', choice.region, '--audience', choice.audience];
    const { code, io } = await stage.start(args, { aws });
    expect([code, io.err()]).toEqual([0, '']);
    const [login] = stage.server.seen;
    const { presigned } = login?.body as { presigned: AwsPresignedLogin };
    expect(presigned).toEqual({
      ...choice,
      access_key_id: aws.accessKeyId,
      session_token: aws.sessionToken,
      amz_date: '20260131T120500Z',
      signed_headers: 'content-type;host;x-amz-date;x-amz-security-token;x-gpushield-audience',
      signature: expectedSignature(presigned),
    });
    expect(JSON.stringify(stage.server.seen)).not.toContain(secret);
    expect(await readFile(file(), 'utf8')).not.toContain(secret);
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    expect(await kept()).toMatchObject({ api_key: 'key-1', source: 'aws', aws: choice });
  });
  it('with AWS says how to get credentials where there are none', async () => {
    const { code, io } = await stage.start(['login', '--aws']);
    expect(code).toBe(3);
    expect(io.err()).toContain('aws sso login');
    expect(stage.server.seen).toEqual([]);
  });
  it('with a key takes it from standard input, tries it, and keeps it', async () => {
    opensFor('my-key', problem('not_authenticated', 'd'));
    expect((await stage.start(['login', '--token'], { stdin: 'wrong\n' })).code).toBe(3);
    expect((await stage.start(['login', '--token'], { stdin: 'my-key\n' })).code).toBe(0);
    expect(await kept()).toMatchObject({ api_key: 'my-key', source: 'given', expires: null });
  });
  it('warns an account that may not reserve', async () => {
    stage.server.routes.set('GET /api/v1/me', () => me({ scopes: ['self'] }));
    const { io } = await stage.start(['login', '--token'], { stdin: 'my-key' });
    expect(io.err()).toContain('needs the role researcher');
  });
  it('takes one way at a time', async () => {
    expect((await stage.start(['login', '--aws', '--token'])).code).toBe(2);
  });
});

describe('login --device', () => {
  const oauth = (error: string): Reply => ({ status: 400, body: { error } });
  const begins = (): void => {
    stage.server.routes.set('POST /oauth/device_authorization', () => ({
      body: {
        device_code: 'device-code',
        user_code: 'ABCD-EFGH',
        verification_uri: 'http://here/console/device',
        verification_uri_complete: 'http://here/console/device?user_code=ABCD-EFGH',
        expires_in: 600,
        interval: 5,
      },
    }));
  };
  const tokensAre = (...replies: readonly Reply[]): void => {
    const left = [...replies];
    stage.server.routes.set('POST /oauth/token', () => left.shift() ?? oauth('invalid_grant'));
  };
  const granted: Reply = {
    body: {
      access_token: 'access',
      token_type: 'Bearer',
      expires_in: 900,
      scope: 's',
      refresh_token: 'the-refresh-token',
    },
  };

  it('shows address and code, asks at the server’s pace, slower when told, and keeps the session', async () => {
    begins();
    tokensAre(oauth('authorization_pending'), oauth('slow_down'), granted);
    opensFor('access', problem('not_authenticated', 'd'));
    const { code, io } = await stage.start(['login', '--device', '-q']);
    expect(code).toBe(0);
    expect(io.err()).toContain('http://here/console/device');
    expect(io.err()).toContain('ABCD-EFGH');
    expect(io.waits).toEqual([5000, 5000, 10_000]);
    expect(await kept()).toMatchObject({ access_token: 'access', refresh_token: 'the-refresh-token' });
  });
  it('ends when it is denied, and when the server has none of it', async () => {
    begins();
    tokensAre(oauth('access_denied'));
    const denied = await stage.start(['login', '--device']);
    expect([denied.code, denied.io.err()]).toEqual([3, expect.stringContaining('denied in the browser')]);
    stage.server.routes.delete('POST /oauth/device_authorization');
    const none = await stage.start(['login', '--device']);
    expect([none.code, none.io.err()]).toEqual([4, expect.stringContaining('no sign-in by device')]);
  });
});

describe('a key of an AWS login', () => {
  const key = (name: string, endsMs: number) => ({
    api_key: name,
    expires: at(endsMs),
    source: 'aws',
    aws: choice,
  });

  it('is renewed five minutes before its end, said to the user, and not before', async () => {
    awsAnswers('new', 120 * minuteMs);
    opensFor('old', problem('not_authenticated', 'd'));
    await keep(key('old', 6 * minuteMs));
    expect((await stage.start(['list'], { aws })).code).toBe(0);
    expect(logins()).toBe(0);
    opensFor('new', problem('not_authenticated', 'd'));
    await keep(key('old', 4 * minuteMs));
    const { code, io } = await stage.start(['list'], { aws });
    expect(code).toBe(0);
    expect(io.err()).toContain('Signing in with AWS again');
    expect(logins()).toBe(1);
  });
  it('is used until its end when it cannot be renewed ahead of it', async () => {
    opensFor('old', problem('not_authenticated', 'd'));
    await keep(key('old', 4 * minuteMs));
    const { code, io } = await stage.start(['list']);
    expect(code).toBe(0);
    expect(io.err()).toContain('could not be renewed ahead of its end');
  });
  it('is renewed once on 401, and on the 403 of an expired key', async () => {
    for (const refusal of [problem('not_authenticated', 'd'), problem('api_key_expired', 'd')]) {
      awsAnswers('new', 120 * minuteMs);
      opensFor('new', refusal);
      await keep(key('old', 60 * minuteMs));
      const before = logins();
      const { code, io } = await stage.start(['list'], { aws });
      expect(code).toBe(0);
      expect(io.err()).toContain('Signing in with AWS again');
      expect(logins() - before).toBe(1);
    }
  });
  it('is not renewed on any other 403, nor twice', async () => {
    awsAnswers('new', 120 * minuteMs);
    opensFor('nobody', problem('insufficient_scope', 'd'));
    await keep(key('old', 60 * minuteMs));
    expect((await stage.start(['list'], { aws })).code).toBe(3);
    expect(logins()).toBe(0);
    opensFor('nobody', problem('not_authenticated', 'd'));
    expect((await stage.start(['list'], { aws })).code).toBe(3);
    expect(logins()).toBe(1);
  });
  it('is revoked by logout, where one that a person gave is only forgotten', async () => {
    const used = 'gpsk_abcdef';
    const id = keySample.id;
    stage.server.routes.set('GET /api/v1/keys', () => ({
      body: { data: [keySample], pagination: { cursor: null, has_more: false } },
    }));
    stage.server.routes.set(`DELETE /api/v1/keys/${id}`, () => ({ status: 204 }));
    await keep({ api_key: used, expires: null, source: 'given' });
    expect((await stage.start(['logout'])).code).toBe(0);
    expect(stage.server.seen).toEqual([]);
    await keep({ ...key(used, 60 * minuteMs) });
    const { code, io } = await stage.start(['logout']);
    expect([code, io.err()]).toEqual([0, `Signed out of ${stage.server.url}.\n`]);
    expect(stage.server.seen.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /api/v1/keys',
      `DELETE /api/v1/keys/${id}`,
    ]);
    await expect(stat(file())).rejects.toThrow('ENOENT');
  });
});

describe('a session', () => {
  it('is refreshed on a 401, with a word', async () => {
    stage.server.routes.set('POST /auth/refresh', () => ({
      body: {
        access_token: 'new',
        token_type: 'bearer',
        expires_in: 900,
        refresh_token: 'the-next-refresh-token',
      },
    }));
    opensFor('new', problem('not_authenticated', 'd'));
    await keep({ access_token: 'old', refresh_token: 'the-refresh-token', expires: at(10 * minuteMs) });
    const { code, io } = await stage.start(['list']);
    expect(code).toBe(0);
    expect(io.err()).toContain('Session renewed.');
  });
  it('goes to the server that gave it and to no other', async () => {
    await keep({
      url: 'http://127.0.0.1:1',
      access_token: 'a',
      refresh_token: 'the-refresh-token',
      expires: at(0),
    });
    expect((await stage.start(['list'])).code).not.toBe(0);
    expect(stage.server.seen.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });
});
