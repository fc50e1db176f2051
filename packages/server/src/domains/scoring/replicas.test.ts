import { describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { reportSigned, seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';

const together = testDatabase();
const alone = testDatabase();
const secret = 'secret-of-the-agent';
const env = { AGENT_KEYS: JSON.stringify({ node: secret }) };
const atMs = Date.now() - 60_000;
const at = (offsetMs: number): string => new Date(atMs + offsetMs).toISOString();

/** Deterministic: a linear congruential generator. */
const generator = (seed: number) => {
  let state = seed;
  return (below: number): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
};

const kinds = [
  { syscall: 'memfd_create', return_value: 5 },
  { syscall: 'execveat', metadata: { fd: 5 } },
  { syscall: 'execve', executable: '/tmp/x' },
  { syscall: 'ptrace', metadata: { request: 16 } },
  { syscall: 'read' },
  { syscall: 'unshare', metadata: { flags: 268_435_456 } },
  { syscall: 'bpf' },
] as const;

const events = (() => {
  const random = generator(7);
  return Array.from({ length: 600 }, (_, index) => ({
    ...kinds[random(kinds.length)],
    pid: 1 + random(20),
    ppid: 1 + random(5),
    command: `command-${String(random(3))}`,
    timestamp: at(index),
  }));
})();

const shuffled = <T>(items: readonly T[], seed: number): T[] => {
  const random = generator(seed);
  const list = [...items];
  for (let index = list.length - 1; index > 0; index -= 1) {
    const other = random(index + 1);
    const [a, b] = [list[index], list[other]];
    if (a === undefined || b === undefined) continue;
    list[index] = b;
    list[other] = a;
  }
  return list;
};

const send = async (app: App, batch: readonly object[]): Promise<number> => {
  const answer = await reportSigned(app, { agent: 'node', secret: secret }, batch);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer.json<{ accepted: number }>().accepted;
};

const batchesOf = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

/** What must be equal, whoever took which event when; scores as of one moment. */
const resultOf = async (app: App, db: typeof alone.db): Promise<unknown> => {
  const token = await signIn(app, (await seedUser(db, app, ['viewer'])).username);
  const headers = { authorization: `Bearer ${token}` };
  const scores = await app.http.app.inject({ url: '/api/v1/scores?limit=500', headers });
  const processes = await app.http.app.inject({ url: '/api/v1/processes?limit=500', headers });
  const byId = (a: { process_id: string }, b: { process_id: string }) =>
    a.process_id < b.process_id ? -1 : 1;
  return {
    scores: scores
      .json<{
        data: { process_id: string; contributions: { rule: string; timestamp: string; weight: number }[] }[];
      }>()
      .data.map(({ process_id, contributions }) => ({
        process_id,
        contributions: contributions.map(({ rule, timestamp, weight }) => ({ rule, timestamp, weight })),
      }))
      .sort(byId),
    processes: processes
      .json<{
        data: { process_id: string; event_count: number; command: string; parent_process_id: string }[];
      }>()
      .data.map(({ process_id, event_count, command, parent_process_id }) => ({
        process_id,
        event_count,
        command,
        parent_process_id,
      }))
      .sort(byId),
  };
};

describe('two servers on one PostgreSQL', () => {
  it('fed the same events shuffled, at once and twice over, count each once and end as one server fed in order', async () => {
    const [first, second] = [
      await testApp({ db: together.db, env }),
      await testApp({ db: together.db, env }),
    ];
    const one = await testApp({ db: alone.db, env });
    const feeds = [shuffled(events, 1), shuffled(events, 2)].flatMap((list, index) =>
      batchesOf(list, 37).map((batch) => ({ app: index === 0 ? first : second, batch })),
    );
    const accepted = await Promise.all(feeds.map(({ app, batch }) => send(app, batch)));
    expect(accepted.reduce((sum, count) => sum + count, 0)).toBe(events.length);
    for (const batch of batchesOf(events, 100)) await send(one, batch);
    const expected = await resultOf(one, alone.db);
    expect(await resultOf(first, together.db)).toEqual(expected);
    expect(await resultOf(second, together.db)).toEqual(expected);
    for (const app of [first, second, one]) await stopApp(app);
  });
});
