import { describe, expect, it } from 'vitest';
import { createSession } from './session.ts';

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });

const tokens = (n: number) => ({
  access_token: `access-${String(n)}`,
  refresh_token: `refresh-${String(n)}`,
  expires_in: 900,
  token_type: 'bearer',
});

const stage = (answer: (path: string, body: string) => Response) => {
  const kept = new Map<string, string>();
  const asked: string[] = [];
  let nowMs = 1_000_000;
  const session = createSession({
    baseUrl: 'http://127.0.0.1:1',
    storage: {
      getItem: (key) => kept.get(key) ?? null,
      setItem: (key, value) => void kept.set(key, value),
      removeItem: (key) => void kept.delete(key),
    },
    fetch: async (input, init) => {
      const path = new URL(input instanceof Request ? input.url : input).pathname;
      asked.push(path);
      return answer(path, typeof init?.body === 'string' ? init.body : '');
    },
    now: () => nowMs,
  });
  return { session, kept, asked, pass: (ms: number) => (nowMs += ms) };
};

describe('a session', () => {
  it('shares one renewal among requests, since a refresh token works once', async () => {
    let made = 0;
    const { session, asked, pass } = stage((path) =>
      path === '/api/v1/me' ? json(200, {}) : json(200, tokens((made += 1))),
    );
    await session.signIn('ada', 'secret');
    expect(await session.token()).toBe('access-1');
    pass(841_000);
    expect(await Promise.all([session.token(), session.token(), session.token()])).toEqual(
      Array.from({ length: 3 }, () => 'access-2'),
    );
    expect(asked.filter((path) => path === '/auth/refresh')).toHaveLength(1);
  });

  it('ends when the server refuses its renewal, not when the server is away', async () => {
    let status = 503;
    const { session, pass } = stage((path) =>
      path === '/auth/login' ? json(200, tokens(1)) : json(status, { code: 'x', title: 'x', detail: 'x' }),
    );
    await session.signIn('ada', 'secret');
    pass(900_000);
    await expect(session.token()).rejects.toThrow();
    expect(session.isSignedIn()).toBe(true);
    status = 401;
    await expect(session.token()).rejects.toThrow();
    expect(session.isSignedIn()).toBe(false);
  });

  it('keeps nothing after a sign-out, or a refused request', async () => {
    const { session, kept } = stage((path) =>
      path === '/auth/login' ? json(200, tokens(1)) : json(401, { code: 'x', title: 'x', detail: 'x' }),
    );
    let changes = 0;
    session.onChange(() => (changes += 1));
    await session.signIn('ada', 'secret');
    expect(kept.size).toBe(1);
    await expect(session.client.call('getMe', {})).rejects.toThrow();
    expect([session.isSignedIn(), kept.size, changes]).toEqual([false, 0, 2]);
    await session.signIn('ada', 'secret');
    await session.signOut();
    expect([session.isSignedIn(), kept.size, changes]).toEqual([false, 0, 4]);
  });

  it('takes garbage in the storage for no session', () => {
    for (const text of ['', '{', 'null', '[]', '{"access":1}']) {
      const session = createSession({
        baseUrl: '',
        storage: { getItem: () => text, setItem: () => undefined, removeItem: () => undefined },
        fetch,
        now: Date.now,
      });
      expect(session.isSignedIn()).toBe(false);
    }
  });
});
