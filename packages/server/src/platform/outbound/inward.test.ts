import { connect as connectTcp } from 'node:net';
import { describe, expect, it } from 'vitest';
import { outboundStage } from './testing/outbound-stage.ts';

const { cleanups, newClient, serve, get, failureOf } = outboundStage();

describe('a destination that turns inwards', () => {
  const secretServer = async () => {
    let requests = 0;
    const port = await serve((_request, response) => {
      requests += 1;
      response.end('internal');
    });
    return { port, requests: () => requests };
  };

  it('is not reached by rebinding: the second answer of the resolver is never asked for the same request', async () => {
    const { port, requests } = await secretServer();
    let answers = 0;
    const dialled: string[] = [];
    const rebinding = () => Promise.resolve([answers++ === 0 ? '93.184.216.34' : '127.0.0.1']);
    const policy = { name: 'test', allowHttp: true, ports: [port] };
    const url = `http://rebind.example.com:${String(port)}/`;
    const client = newClient({
      resolve: rebinding,
      connect: (options) => {
        dialled.push(options.host);
        return connectTcp({ ...options, host: '127.0.0.1', port: 1 });
      },
    });
    expect(await failureOf(client.request(policy, { method: 'GET', url }))).toMatchObject({
      kind: 'connect',
    });
    expect(dialled).toEqual(['93.184.216.34']);
    expect(await failureOf(client.request(policy, { method: 'GET', url }))).toMatchObject({
      kind: 'forbidden_destination',
    });
    expect(dialled).toHaveLength(1);
    expect(requests()).toBe(0);
  });

  it('is not reached when a connection to a checked address ends up at a private one; the control is', async () => {
    const { port, requests } = await secretServer();
    const url = `http://rebind.example.com:${String(port)}/`;
    const toLoopback = (options: { port: number }) => connectTcp({ ...options, host: '127.0.0.1' });
    const policy = { name: 'test', allowHttp: true, ports: [port] };

    const attacked = newClient({
      resolve: () => Promise.resolve(['93.184.216.34']),
      connect: toLoopback,
    });
    const attempt = attacked.request(policy, { method: 'POST', url, body: 'secret' });
    expect(await failureOf(attempt)).toEqual({ kind: 'forbidden_destination', retryable: false });
    expect(requests()).toBe(0);

    const control = newClient({ resolve: () => Promise.resolve(['127.0.0.1']), connect: toLoopback });
    const allowed = { ...policy, allowPrivate: ['rebind.example.com'] };
    const answer = await control.request(allowed, { method: 'GET', url });
    expect(answer.body.toString()).toBe('internal');
    expect(requests()).toBe(1);
  });

  it('is not reached by a redirect: it is an answer', async () => {
    const { port: inner, requests } = await secretServer();
    const location = `http://127.0.0.1:${String(inner)}/`;
    const port = await serve((_request, response) => response.writeHead(307, { location }).end());
    const answer = await get(newClient(), port);
    expect(answer).toMatchObject({ status: 307, headers: { location } });
    expect(requests()).toBe(0);
  });

  it('is not reached by a proxy of the environment', async () => {
    const { port: proxy, requests } = await secretServer();
    const port = await serve((_request, response) => response.end('direct'));
    const url = `http://127.0.0.1:${String(proxy)}`;
    const names = [
      'HTTP_PROXY',
      'HTTPS_PROXY',
      'ALL_PROXY',
      'http_proxy',
      'https_proxy',
      'NODE_USE_ENV_PROXY',
    ];
    for (const name of names) {
      const before = process.env[name];
      process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : url;
      cleanups.push(() => {
        if (before === undefined) Reflect.deleteProperty(process.env, name);
        else process.env[name] = before;
      });
    }
    expect((await get(newClient(), port)).body.toString()).toBe('direct');
    expect(requests()).toBe(0);
  });
});
