import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { TLSSocket } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { createReplica, type Replica } from './testing/replica.ts';

const hasOpenssl = (() => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    console.warn('SKIPPED: openssl is missing, so client certificates were not tested');
    return false;
  }
})();

const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
const file = (name: string) => readFileSync(join(folder, name));

const makeCa = (name: string) =>
  openssl(
    ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
    ...['-subj', `/CN=${name}`, '-keyout', `${name}.key`, '-out', `${name}.crt`],
  );
const issue = (name: string, ca: string, san: string, ...validity: string[]) => {
  openssl(
    ...['req', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', `/CN=${name}`],
    ...['-keyout', `${name}.key`, '-out', `${name}.csr`],
  );
  writeFileSync(join(folder, `${name}.ext`), `subjectAltName=${san}\n`);
  openssl(
    ...['x509', '-req', '-in', `${name}.csr`, '-CA', `${ca}.crt`, '-CAkey', `${ca}.key`, '-CAcreateserial'],
    ...[
      '-extfile',
      `${name}.ext`,
      '-out',
      `${name}.crt`,
      ...(validity.length > 0 ? validity : ['-days', '1']),
    ],
  );
};

interface Answer {
  readonly status: number;
  readonly protocol: string | null;
  readonly body: Record<string, unknown>;
}
interface Ask {
  readonly certificate?: string;
  readonly token?: string;
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
}

const database = testDatabase();
let replica: Replica;
let port: number;
let admin: string;
let accountId: string;

const ask = (options: Ask): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const { certificate, token } = options;
    const call = request(
      {
        ...{ host: '127.0.0.1', port, path: '/api/v1/me', agent: false, servername: 'localhost' },
        ca: file('server-ca.crt'),
        ...(options.maxVersion === undefined ? {} : { maxVersion: options.maxVersion }),
        ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
        ...(certificate === undefined
          ? {}
          : { cert: file(`${certificate}.crt`), key: file(`${certificate}.key`) }),
      },
      (answer) => {
        const { socket } = answer;
        const protocol = socket instanceof TLSSocket ? socket.getProtocol() : null;
        let text = '';
        answer.on('data', (chunk: Buffer) => (text += chunk.toString()));
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            protocol,
            body: JSON.parse(text) as Record<string, unknown>,
          }),
        );
      },
    );
    call.on('error', reject);
    call.end();
  });

const register = async (match: string, value: string, id = accountId) =>
  replica.call('POST', `/api/v1/service-accounts/${id}/certificates`, {
    token: admin,
    body: { match, value },
  });
const remove = (id: unknown) =>
  replica.call('DELETE', `/api/v1/service-accounts/${accountId}/certificates/${String(id)}`, {
    token: admin,
  });
const makeAccount = async (username: string) => {
  const body = { username, roles: ['viewer'] };
  return String((await replica.call('POST', '/api/v1/service-accounts', { token: admin, body })).body['id']);
};

const prepare = async () => {
  for (const ca of ['server-ca', 'client-ca', 'foreign-ca']) makeCa(ca);
  issue('server', 'server-ca', 'DNS:localhost,IP:127.0.0.1');
  issue('uri', 'client-ca', 'URI:spiffe://example.org/dashboard');
  issue('dns', 'client-ca', 'DNS:Dashboard.example.org');
  issue('foreign', 'foreign-ca', 'URI:spiffe://example.org/dashboard');
  issue('two', 'client-ca', 'URI:spiffe://example.org/one,URI:spiffe://example.org/two');
  replica = await createReplica({
    connectionString: database.connectionString,
    tls: {
      cert: file('server.crt'),
      key: file('server.key'),
      ca: file('client-ca.crt'),
      requestCert: true,
    },
  });
  await replica.server.app.listen({ host: '127.0.0.1', port: 0 });
  const address = replica.server.app.server.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
  await replica.addUser('root', ['admin']);
  admin = (await replica.logIn('root')).access_token;
  accountId = await makeAccount('dashboard');
};

describe.skipIf(!hasOpenssl)('a client certificate, over a real TLS listener', () => {
  beforeAll(prepare);
  afterAll(async () => {
    await replica.close();
    rmSync(folder, { recursive: true });
  });

  const codeOf = async (options: Ask) => (await ask(options)).body['code'];

  it('speaks for nobody until it is registered', async () => {
    const { status, body } = await ask({ certificate: 'uri' });
    expect([status, body['code']]).toEqual([401, 'invalid_certificate']);
  });

  it('speaks for its account by one exact URI, over TLS 1.3, until the registration is removed', async () => {
    const { status, body: registered } = await register('san_uri', 'spiffe://example.org/dashboard');
    expect(status).toBe(201);
    await expect.poll(async () => (await ask({ certificate: 'uri' })).status, { timeout: 5000 }).toBe(200);
    const { body, protocol } = await ask({ certificate: 'uri' });
    expect(protocol).toBe('TLSv1.3');
    expect(body).toMatchObject({ id: accountId, kind: 'certificate', username: 'dashboard' });
    const endsAt = new X509Certificate(file('uri.crt')).validTo;
    expect(Date.parse(String(body['credential_expires_at']))).toBe(Date.parse(endsAt));
    expect((await remove(registered['id'])).status).toBe(204);
    await expect.poll(() => codeOf({ certificate: 'uri' }), { timeout: 5000 }).toBe('invalid_certificate');
  });

  it('speaks for its account by its DNS name, whatever the case, or by its fingerprint', async () => {
    const byName = await register('san_dns', 'dashboard.EXAMPLE.org');
    await expect.poll(async () => (await ask({ certificate: 'dns' })).status, { timeout: 5000 }).toBe(200);
    await remove(byName.body['id']);
    const byPrint = await register('fingerprint', new X509Certificate(file('uri.crt')).fingerprint256);
    expect(byPrint.status).toBe(201);
    await expect.poll(async () => (await ask({ certificate: 'uri' })).status, { timeout: 5000 }).toBe(200);
    await expect.poll(() => codeOf({ certificate: 'dns' }), { timeout: 5000 }).toBe('invalid_certificate');
    await remove(byPrint.body['id']);
  });

  it('of another authority is as good as none, though it carries a registered name', async () => {
    const registered = await register('san_uri', 'spiffe://example.org/dashboard');
    await expect.poll(async () => (await ask({ certificate: 'uri' })).status, { timeout: 5000 }).toBe(200);
    const { status, body } = await ask({ certificate: 'foreign' });
    expect([status, body['code']]).toEqual([401, 'not_authenticated']);
    await remove(registered.body['id']);
  });

  it('whose names belong to two accounts speaks for neither', async () => {
    await register('san_uri', 'spiffe://example.org/one');
    await expect.poll(async () => (await ask({ certificate: 'two' })).status, { timeout: 5000 }).toBe(200);
    await register('san_uri', 'spiffe://example.org/two', await makeAccount('somebody'));
    await expect.poll(() => codeOf({ certificate: 'two' }), { timeout: 5000 }).toBe('invalid_certificate');
  });

  it('gives way to a bearer credential, and nobody needs one', async () => {
    expect((await ask({ certificate: 'uri', token: admin })).body['kind']).toBe('user');
    expect((await ask({ token: admin })).body['kind']).toBe('user');
    expect(await codeOf({})).toBe('not_authenticated');
    expect(await codeOf({ certificate: 'uri', token: 'nonsense-nonsense' })).toBe('invalid_api_key');
  });

  it('stops speaking when its account is disabled', async () => {
    await register('san_uri', 'spiffe://example.org/dashboard');
    await expect.poll(async () => (await ask({ certificate: 'uri' })).status, { timeout: 5000 }).toBe(200);
    const url = `/api/v1/service-accounts/${accountId}`;
    await replica.call('PATCH', url, { token: admin, body: { disabled: true } });
    await expect.poll(() => codeOf({ certificate: 'uri' }), { timeout: 5000 }).toBe('user_disabled');
  });

  it('is not asked for over TLS 1.2, which the server does not speak', async () => {
    await expect(ask({ token: admin, maxVersion: 'TLSv1.2' })).rejects.toThrow();
  });

  it('is registered once, by what is a name: no wildcards, no lists', async () => {
    expect((await register('san_uri', 'spiffe://example.org/one')).body['code']).toBe('already_exists');
    for (const [match, value] of [
      ['san_dns', '*.example.org'],
      ['san_uri', 'spiffe://example.org/a,URI:spiffe://example.org/b'],
      ['san_uri', 'not-a-uri'],
      ['fingerprint', 'abcd'],
    ] as const)
      expect((await register(match, value)).body['code']).toBe('validation_failed');
  });
});
