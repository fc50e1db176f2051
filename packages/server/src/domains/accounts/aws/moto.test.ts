import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, request as ask, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { App } from '../../../app.ts';
import { stopApp, testApp } from '../../../testing/app-harness.ts';
import { testDatabase } from '../../../testing/index.ts';

const motoServer = '/opt/pyvenv/bin/moto_server';
const isThere = existsSync(motoServer);
if (!isThere) console.warn('NOT TESTED: AWS login against moto, which is not installed');

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};
const listen = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return portOf(server);
};

describe.skipIf(!isThere)('AWS login against moto, which checks signatures with botocore', () => {
  const database = testDatabase();
  let moto: ChildProcess;
  let motoUrl = '';
  /** Moto answers XML whatever is asked for; real STS answers JSON. This face passes all on and turns the answer. */
  let face: Server;
  let viaFace: App;
  let direct: App;
  let credentials = { id: '', secret: '', token: '' };

  const motoAsks = async (service: string, form: Record<string, string>): Promise<string> => {
    const scope = `Credential=AKIAOFTHETESTSOFOURS/20260115/us-east-1/${service}/aws4_request`;
    const authorization = `AWS4-HMAC-SHA256 ${scope}, SignedHeaders=host, Signature=00`;
    const body = new URLSearchParams(form);
    return (await fetch(motoUrl, { method: 'POST', headers: { authorization }, body })).text();
  };
  const tag = (xml: string, name: string): string => new RegExp(`<${name}>([^<]+)<`).exec(xml)?.[1] ?? '';

  beforeAll(async () => {
    const probe = createServer();
    const port = await listen(probe);
    await new Promise((resolve) => probe.close(resolve));
    motoUrl = `http://127.0.0.1:${String(port)}`;
    // The first two actions, which make the role and its credentials, are not checked; all after them are.
    const env = { ...process.env, INITIAL_NO_AUTH_ACTION_COUNT: '2' };
    moto = spawn(motoServer, ['-H', '127.0.0.1', '-p', String(port)], { env, stdio: 'ignore' });
    const isUp = () =>
      fetch(`${motoUrl}/moto-api/data.json`).then(
        () => true,
        () => false,
      );
    await vi.waitUntil(isUp, { timeout: 60_000, interval: 200 });
    const version = { Version: '2010-05-08', AssumeRolePolicyDocument: '{}' };
    await motoAsks('iam', { Action: 'CreateRole', RoleName: 'Dev', ...version });
    const role = 'arn:aws:iam::123456789012:role/Dev';
    const assume = { Action: 'AssumeRole', RoleArn: role, RoleSessionName: 'ann', Version: '2011-06-15' };
    const xml = await motoAsks('sts', assume);
    const [id, secret, token] = ['AccessKeyId', 'SecretAccessKey', 'SessionToken'].map((name) =>
      tag(xml, name),
    );
    credentials = { id: id ?? '', secret: secret ?? '', token: token ?? '' };
    face = createServer((request, response) => {
      // The host that was signed goes on to moto, as every other header does.
      const options = { method: 'POST', headers: request.headers };
      const onward = ask(motoUrl, options, (answer) => {
        void answer
          .setEncoding('utf8')
          .toArray()
          .then((parts) => {
            const said = parts.join('');
            const result = Object.fromEntries(
              ['Arn', 'Account', 'UserId'].map((name) => [name, tag(said, name)]),
            );
            const json = { GetCallerIdentityResponse: { GetCallerIdentityResult: result } };
            response.writeHead(answer.statusCode ?? 500);
            response.end(answer.statusCode === 200 ? JSON.stringify(json) : said);
          });
      });
      request.pipe(onward);
    });
    const facePort = await listen(face);
    const env2 = { ALLOWED_AWS_ROLE: role, GPUSHIELD_AWS_RAW_LOGIN: 'true' };
    const at = (url: string) => testApp({ db: database.db, env: { ...env2, AWS_ENDPOINT_URL_STS: url } });
    viaFace = await at(`http://127.0.0.1:${String(facePort)}`);
    direct = await at(motoUrl);
  }, 90_000);

  afterAll(async () => {
    moto.kill('SIGKILL');
    face.closeAllConnections();
    face.close();
    await stopApp(viaFace);
    await stopApp(direct);
  });

  const logIn = (app: App, secret: string) =>
    app.http.app.inject({
      method: 'POST',
      url: '/v1/auth/aws-login',
      payload: {
        aws_access_key_id: credentials.id,
        aws_secret_access_key: secret,
        aws_session_token: credentials.token,
      },
    });

  it('is let in with the credentials of the role, and not with another secret', async () => {
    const good = await logIn(viaFace, credentials.secret);
    expect(good.statusCode, good.body).toBe(200);
    expect(good.json()).toMatchObject({ username: 'ann', ttl_hours: 2 });
    expect((await logIn(viaFace, 'w'.repeat(40))).statusCode).toBe(401);
  });

  it('takes the XML of moto itself for no identity', async () => {
    expect((await logIn(direct, credentials.secret)).statusCode).toBe(503);
  });
});
