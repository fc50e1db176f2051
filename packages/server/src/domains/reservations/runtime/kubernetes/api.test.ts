import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startFakeKube, type FakeKube } from '../../../../testing/reservations/fake-kube.ts';
import { KubeError } from './api.ts';

let kube: FakeKube;
beforeEach(async () => {
  kube = await startFakeKube(() => ({}));
});
afterEach(() => kube.stop());

const refuse = (
  response: ServerResponse,
  status: number,
  headers: Record<string, string> = {},
): undefined => {
  response.writeHead(status, headers);
  response.end(JSON.stringify({ kind: 'Status', reason: 'Why', message: 'because\u0007\nof it' }));
};
/** Refuses the first requests, and answers then. */
const afterRefusals = (count: number, status: number, headers?: Record<string, string>): void => {
  kube.answer = (_request, response) =>
    kube.asked.length <= count ? refuse(response, status, headers) : { ok: true };
};

describe('a request to the API server', () => {
  it('is signed as the kubeconfig says', async () => {
    let authorization: string | undefined;
    kube.answer = (request) => {
      authorization = request.headers.authorization;
      return {};
    };
    await kube.api.get('/x');
    expect(authorization).toBe('Bearer a-token');
  });

  it.each([500, 503, 429])('that is answered with %d is sent again', async (status) => {
    afterRefusals(2, status, { 'retry-after': '0' });
    expect(await kube.api.get('/x')).toEqual({ ok: true });
    expect(kube.asked).toHaveLength(3);
  });

  it('is not sent again where the server asks for more patience than its deadline has', async () => {
    afterRefusals(99, 429, { 'retry-after': '3600' });
    await expect(kube.api.get('/x')).rejects.toMatchObject({ status: 429, retryAfterMs: 3_600_000 });
    expect(kube.asked).toHaveLength(1);
  });

  it('is given up after a few attempts', async () => {
    afterRefusals(99, 500);
    await expect(kube.api.get('/x')).rejects.toBeInstanceOf(KubeError);
    expect(kube.asked).toHaveLength(4);
  });

  it('that is refused is not sent again, and says why without control characters', async () => {
    afterRefusals(99, 403);
    await expect(kube.api.get('/x')).rejects.toThrow('Kubernetes answered 403 Why: because of it');
    expect(kube.asked).toHaveLength(1);
  });

  it('whose connection breaks is sent again', async () => {
    kube.answer = (request) => {
      if (kube.asked.length > 1) return { ok: true };
      request.socket.destroy();
      return undefined;
    };
    expect(await kube.api.create('/x', { a: 1 })).toEqual({ ok: true });
  });

  it('for a thing that is there already answers so', async () => {
    kube.answer = (_request, response) => {
      response.writeHead(409);
      return { reason: 'AlreadyExists' };
    };
    expect(await kube.api.create('/x', {})).toBeUndefined();
    kube.answer = (_request, response) => {
      response.writeHead(409);
      return { reason: 'Conflict' };
    };
    await expect(kube.api.create('/x', {})).rejects.toMatchObject({ status: 409 });
  });

  it.each(['[]', 'null', '{', '"x"'])('that is answered with %s is refused, not believed', async (body) => {
    kube.answer = (_request, response) => {
      response.end(body);
      return undefined;
    };
    await expect(kube.api.get('/x')).rejects.toThrow();
  });

  it('follows the pages of a list', async () => {
    kube.answer = ({ url }) =>
      url?.includes('continue=more') === true
        ? { metadata: { resourceVersion: '7' }, items: [{ n: 2 }] }
        : { metadata: { continue: 'more' }, items: [{ n: 1 }, 'no object'] };
    expect(await kube.api.list('/x')).toEqual({ items: [{ n: 1 }, { n: 2 }], version: '7' });
  });

  it('for a text keeps its last bytes', async () => {
    kube.answer = (_request, response) => {
      response.end(`${'x'.repeat(100_000)}end`);
      return undefined;
    };
    expect(await kube.api.tail('/log', {}, 5)).toBe('xxend');
  });
});
