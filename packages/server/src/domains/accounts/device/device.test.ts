import { randomBytes } from 'node:crypto';
import { deviceGrantType } from '@gpushield/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../testing/index.ts';
import { sweepEnded } from '../sweep.ts';
import { createReplica, goodPassword, movableClock, type Replica } from '../testing/replica.ts';
import { decideDevice, type AskingDevice } from './decide-device.ts';
import { makeUserCode, readUserCode, shownUserCode } from './user-code.ts';

const database = testDatabase();
const clock = movableClock();
let replica: Replica;
let other: Replica;
let ada: string;

beforeAll(async () => {
  replica = await createReplica({ connectionString: database.connectionString, clock });
  other = await createReplica({ connectionString: database.connectionString, clock });
  await replica.addUser('ada', ['researcher']);
  ada = (await replica.logIn('ada')).access_token;
});
afterAll(async () => {
  await replica.close();
  await other.close();
});

const begin = async (on = replica) => {
  const { status, body } = await on.call('POST', '/oauth/device_authorization', {
    form: { client_id: 'gpu-dev' },
    headers: { host: 'gpu.example:8000' },
  });
  expect(status, JSON.stringify(body)).toBe(200);
  return { code: String(body['device_code']), userCode: String(body['user_code']), body };
};
const ask = (code: string, on = replica) =>
  on.call('POST', '/oauth/token', {
    form: { grant_type: deviceGrantType, device_code: code, client_id: 'gpu-dev' },
  });
const say = (word: 'approve' | 'deny', userCode: string, token = ada, on = replica) =>
  on.call('POST', `/api/v1/device-logins/${userCode}/${word}`, { token });
const errorOf = async (code: string, on = replica) => (await ask(code, on)).body['error'];

describe('a device that signs in', () => {
  it('is the login of whoever approves its code, on any replica, once', async () => {
    const { code, userCode, body } = await begin();
    expect(body).toMatchObject({
      verification_uri: 'http://gpu.example:8000/console/device',
      verification_uri_complete: `http://gpu.example:8000/console/device?user_code=${userCode}`,
      expires_in: 600,
      interval: 5,
    });
    expect(await errorOf(code)).toBe('authorization_pending');
    const seen = await other.call('GET', `/api/v1/device-logins/${userCode.toLowerCase()}`, { token: ada });
    expect(seen.body).toMatchObject({
      user_code: userCode,
      client_id: 'gpu-dev',
      status: 'pending',
      ip_address: '127.0.0.1',
    });
    expect((await say('approve', userCode, ada, other)).status).toBe(200);
    clock.advance(5000);

    const { status, body: tokens, headers } = await ask(code);
    expect(status, JSON.stringify(tokens)).toBe(200);
    expect(headers['cache-control']).toBe('no-store');
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 900 });
    const me = await other.call('GET', '/api/v1/me', { token: String(tokens['access_token']) });
    expect(me.body).toMatchObject({ kind: 'user', username: 'ada', roles: ['researcher'] });
    expect((me.body['scopes'] as string[]).toSorted().join(' ')).toBe(tokens['scope']);
    const renewed = await replica.call('POST', '/auth/refresh', {
      body: { refresh_token: tokens['refresh_token'] },
    });
    expect(renewed.status).toBe(200);

    clock.advance(5000);
    expect(await errorOf(code)).toBe('invalid_grant');
    expect((await say('approve', userCode)).status).toBe(404);
  });

  it('gets one token for two questions at the same time', async () => {
    const { code, userCode } = await begin();
    await say('approve', userCode);
    const answers = await Promise.all([ask(code), ask(code, other), ask(code), ask(code, other)]);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('is told that it was refused, that it asks too often, and that its time is over', async () => {
    const refused = await begin();
    expect((await say('deny', refused.userCode)).body).toMatchObject({ status: 'denied' });
    expect(await errorOf(refused.code)).toBe('access_denied');
    expect((await say('approve', refused.userCode)).status).toBe(404);

    const hasty = await begin();
    expect(await errorOf(hasty.code)).toBe('authorization_pending');
    clock.advance(1000);
    expect(await errorOf(hasty.code, other)).toBe('slow_down');
    clock.advance(5000);
    expect(await errorOf(hasty.code)).toBe('slow_down');
    clock.advance(15_000);
    expect(await errorOf(hasty.code)).toBe('authorization_pending');

    clock.advance(600_000);
    expect(await errorOf(hasty.code)).toBe('expired_token');
    expect((await say('approve', hasty.userCode)).status).toBe(404);
    expect(
      (await replica.call('GET', `/api/v1/device-logins/${hasty.userCode}`, { token: ada })).status,
    ).toBe(404);
    expect((await sweepEnded(database.db, clock)).devices).toBeGreaterThan(0);
    expect(await errorOf(hasty.code)).toBe('invalid_grant');
  });

  it('is approved by a person at their own login alone: not by a key, not by a session of nobody', async () => {
    const { code, userCode } = await begin();
    const fresh = (await replica.logIn('ada')).access_token;
    const key = (await replica.makeKey(fresh)).api_key;
    expect((await say('approve', userCode, key)).status).toBe(403);
    expect((await replica.call('POST', `/api/v1/device-logins/${userCode}/approve`)).status).toBe(401);
    expect(await errorOf(code)).toBe('authorization_pending');
  });

  it('gets nothing by an approval that was given before the password changed, or the person was disabled', async () => {
    await replica.addUser('eve', ['researcher']);
    const eve = (await replica.logIn('eve')).access_token;
    const { code, userCode } = await begin();
    await say('approve', userCode, eve);
    await replica.call('POST', '/api/v1/me/password', {
      token: eve,
      body: { current_password: goodPassword, new_password: 'another-harbour-91-lantern' },
    });
    expect(await errorOf(code)).toBe('invalid_grant');

    const second = await begin();
    const again = (await replica.logIn('eve', 'another-harbour-91-lantern')).access_token;
    await say('approve', second.userCode, again);
    await database.db.query(`UPDATE users SET disabled = true WHERE username = 'eve'`);
    expect((await ask(second.code)).status).toBeGreaterThanOrEqual(400);
  });

  it('answers nonsense as what it is', async () => {
    for (const form of [{}, { client_id: '' }, { client_id: '<b>' }, { client_id: 'x'.repeat(65) }])
      expect((await replica.call('POST', '/oauth/device_authorization', { form })).status).toBe(400);
    expect(
      (await replica.call('POST', '/oauth/token', { form: { grant_type: deviceGrantType } })).body,
    ).toMatchObject({
      error: 'invalid_request',
    });
    expect(await errorOf('x'.repeat(86))).toBe('invalid_grant');
    for (const code of ['AAAA-AAAA', 'BCDF-GH1J', '%00%00%00%00%00%00%00%00'])
      expect((await say('approve', code)).status).toBe(404);
    const { body } = await replica.call('POST', '/oauth/device_authorization', {
      form: { client_id: 'gpu-dev' },
      headers: { host: 'evil.example/x?' },
    });
    expect(body['verification_uri']).toBe('http://localhost/console/device');
  });
});

describe('codes that people type', () => {
  it('are read however they are typed, and are nothing else', () => {
    for (let n = 0; n < 200; n += 1) {
      const code = makeUserCode(randomBytes);
      expect(code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{8}$/);
      expect(readUserCode(` ${shownUserCode(code).toLowerCase()} `)).toBe(code);
    }
    for (const typed of ['', 'BCDFGHJ', 'BCDFGHJKL', 'BCDFGHJA']) expect(readUserCode(typed)).toBeUndefined();
  });

  it('are as likely as each other: bytes that would favour some letters are left out', () => {
    expect(makeUserCode((size) => Buffer.alloc(size, 239))).toBe('ZZZZZZZZ');
    let calls = 0;
    const code = makeUserCode((size) => Buffer.alloc(size, (calls += 1) === 1 ? 240 : 0));
    expect(code).toBe('BBBBBBBB');
  });
});

describe('what a device is answered', () => {
  const device: AskingDevice = {
    status: 'approved',
    expiresAtMs: 600_000,
    lastAskedAtMs: undefined,
    intervalSeconds: 5,
  };
  it('is the token only where it was approved, in time, and not too soon after the question before', () => {
    expect(decideDevice(device, 0).kind).toBe('grant');
    expect(decideDevice({ ...device, lastAskedAtMs: 0 }, 4000)).toMatchObject({
      code: 'slow_down',
      intervalSeconds: 10,
    });
    expect(decideDevice({ ...device, lastAskedAtMs: 0 }, 4600).kind).toBe('grant');
    expect(decideDevice(device, 600_000)).toMatchObject({ code: 'device_code_expired' });
    expect(decideDevice({ ...device, status: 'used' }, 0)).toMatchObject({ code: 'invalid_grant' });
    expect(decideDevice({ ...device, intervalSeconds: 60, lastAskedAtMs: 0 }, 1)).toMatchObject({
      intervalSeconds: 60,
    });
  });
});
