import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type OutboundClient } from './index.ts';
import { outboundStage } from './testing/outbound-stage.ts';

const { cleanups, newClient, listen, serve, failureOf } = outboundStage();

describe('TLS', () => {
  const certificate = (name: string): { key: string; cert: string } => {
    const folder = mkdtempSync(join(tmpdir(), 'gpushield-tls-'));
    cleanups.push(() => {
      rmSync(folder, { recursive: true, force: true });
    });
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=test', '-addext', `subjectAltName=${name}`, '-days', '2'];
    const files = ['-keyout', key, '-out', cert, '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
    execFileSync('openssl', ['req', '-x509', '-nodes', ...files, ...subject], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') };
  };

  const secureServer = async (name: string) => {
    const { key, cert } = certificate(name);
    const seen: unknown[] = [];
    const server = createHttpsServer({ key, cert }, (request, response) => {
      seen.push({ host: request.headers.host, sni: (request.socket as { servername?: unknown }).servername });
      response.end('secure');
    });
    server.on('tlsClientError', () => undefined);
    return { port: await listen(server), cert, seen };
  };

  const resolve = () => Promise.resolve(['127.0.0.1']);
  const ask = (client: OutboundClient, host: string, port: number) =>
    client.request(
      { name: 'test', allowPrivate: ['127.0.0.1'], ports: [port] },
      { method: 'GET', url: `https://${host}:${String(port)}/` },
    );

  it('names the host, not the address, to the server, and trusts what it was told to', async () => {
    const { port, cert, seen } = await secureServer('DNS:hooks.example.com');
    const answer = await ask(newClient({ resolve, ca: cert }), 'hooks.example.com', port);
    expect(answer.body.toString()).toBe('secure');
    expect(seen).toEqual([{ host: `hooks.example.com:${String(port)}`, sni: 'hooks.example.com' }]);
  });

  it('asks once more when a kept connection turns out to be closed, also over TLS', async () => {
    const { key, cert } = certificate('IP:127.0.0.1');
    const answered = new Set<Socket>();
    let requests = 0;
    const server = createHttpsServer({ key, cert }, (request, response) => {
      requests += 1;
      if (answered.has(request.socket)) request.socket.end();
      else response.end('secure');
      answered.add(request.socket);
    });
    const port = await listen(server);
    const client = newClient({ ca: cert });
    expect((await ask(client, '127.0.0.1', port)).status).toBe(200);
    expect((await ask(client, '127.0.0.1', port)).body.toString()).toBe('secure');
    expect([requests, answered.size]).toEqual([3, 2]);
  });

  it('checks the certificate of an address against the address', async () => {
    const { port, cert } = await secureServer('IP:127.0.0.1');
    expect((await ask(newClient({ ca: cert }), '127.0.0.1', port)).status).toBe(200);
  });

  it.each([
    ['is signed by nobody we trust', 'DNS:hooks.example.com', false],
    ['is for another name', 'DNS:other.example.com', true],
  ])(
    'fails for a certificate that %s, even where the environment says not to look',
    async (_what, name, trust) => {
      process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
      cleanups.push(() => {
        delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
      });
      const { port, cert, seen } = await secureServer(name);
      const client = newClient({ resolve, ...(trust ? { ca: cert } : {}) });
      expect(await failureOf(ask(client, 'hooks.example.com', port))).toEqual({
        kind: 'tls',
        retryable: false,
      });
      expect(seen).toEqual([]);
    },
  );

  it('fails for a server that speaks no TLS, and for one that never ends the handshake', async () => {
    const plain = await serve((_request, response) => response.end());
    const client = newClient({ resolve, limits: { connectTimeoutMs: 100 } });
    expect(await failureOf(ask(client, 'hooks.example.com', plain))).toMatchObject({ kind: 'tls' });
    const silent = await listen(createTcpServer());
    expect(await failureOf(ask(client, 'hooks.example.com', silent))).toEqual({
      kind: 'tls',
      retryable: true,
    });
  });
});
