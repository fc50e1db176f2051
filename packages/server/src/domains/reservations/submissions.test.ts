import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { reservationsStage, type Stage } from '../../testing/reservations/stage.ts';

const database = testDatabase();
let stage: Stage;

beforeEach(async () => {
  stage = await reservationsStage(database);
});
afterEach(() => stage.close());

const body = { instance_type: 'cpu-x86', duration_hours: 1 };
const times = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n);
const countOf = async (sql: string): Promise<number> =>
  (await database.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${sql}`)).rows[0]?.n ?? 0;
const tally = (values: readonly unknown[]): Readonly<Record<string, number>> =>
  Object.fromEntries([...Map.groupBy(values, String)].map(([value, all]) => [value, all.length]));

describe('submissions of the same moment', () => {
  it('refuse those alone that want the same disk, and give each job its message', async () => {
    const user = await stage.person('researcher');
    const answers = await Promise.all([
      ...times(12).map(() => user.send('POST', '/v1/jobs/submit', body)),
      ...times(6).map(() => user.send('POST', '/v1/jobs/submit', { ...body, disk_name: 'one' })),
      ...times(12).map(() => user.send('POST', '/v1/jobs/submit', body)),
    ]);
    expect(tally(answers.map((answer) => answer.json()['code'] ?? answer.status))).toEqual({
      '200': 25,
      disk_in_use: 5,
    });
    expect(await countOf('jobs')).toBe(25);
    expect(await countOf('disks WHERE job_id IS NOT NULL')).toBe(1);
    const told = answers.flatMap((answer) => /message ID: (\d+)/.exec(answer.text)?.[1] ?? []);
    expect(new Set(told).size).toBe(25);
  });

  it('never let more of a user wait than may', async () => {
    const admin = await stage.person('admin');
    const user = await stage.person('researcher');
    const other = await stage.person('researcher');
    const quota = await admin.send('PUT', `/v1/admin/quotas/user/${user.username}`, { max_queued: 2 });
    expect(quota.status, quota.text).toBe(200);
    const [limited, free] = await Promise.all([
      Promise.all(times(7).map(() => user.send('POST', '/v1/jobs/submit', body))),
      Promise.all(times(7).map(() => other.send('POST', '/v1/jobs/submit', body))),
    ]);
    expect(tally(limited.map((answer) => answer.json()['code'] ?? answer.status))).toEqual({
      '200': 2,
      quota_exceeded: 5,
    });
    expect(tally(free.map(({ status }) => status))).toEqual({ '200': 7 });
    const dry = await user.send('POST', '/v1/jobs/submit', { ...body, dry_run: true });
    expect(dry.json()).toMatchObject({ code: 'quota_exceeded' });
  });

  it('with one Idempotency-Key are one job, and its answer for each', async () => {
    const user = await stage.person('researcher');
    const headers = { 'idempotency-key': '"once"' };
    const answers = await Promise.all(
      times(8).map(() => user.send('POST', '/v1/jobs/submit', body, headers)),
    );
    expect(tally(answers.map(({ status }) => status))).toEqual({ '200': 8 });
    const [first, ...others] = answers.map((answer) => answer.json());
    for (const again of others) expect(again).toEqual(first);
    expect(answers.filter(({ header }) => header('idempotency-replayed') === 'true')).toHaveLength(7);
    expect(await countOf(`jobs WHERE username = '${user.username}'`)).toBe(1);
    const another = await user.send('POST', '/v1/jobs/submit', { ...body, duration_hours: 2 }, headers);
    expect([another.status, another.json()['code']]).toEqual([422, 'idempotency_key_reused']);
  });

  it('are written in one transaction with their messages', async () => {
    const user = await stage.person('researcher');
    await Promise.all(times(5).map(() => user.send('POST', '/v1/jobs/submit', body)));
    const { rows } = await database.db.query<{ together: boolean }>(
      `SELECT j.xmin = m.xmin AS together FROM jobs j
         LEFT JOIN pgmq.q_gpu_reservations m ON m.message ->> 'job_id' = j.id::text
        WHERE j.username = $1`,
      [user.username],
    );
    expect(rows).toEqual(times(5).map(() => ({ together: true })));
  });

  it('stand one behind the other in what each is told, and in what is shown of it next', async () => {
    const user = await stage.person('researcher');
    const answers = await Promise.all(times(10).map(() => user.send('POST', '/v1/jobs/submit', body)));
    const told = answers.map(
      (answer) => answer.json() as { job_id: string; estimate: { queue_position: number } },
    );
    const places = told.map(({ estimate }) => estimate.queue_position).sort((a, b) => a - b);
    expect(places).toEqual(times(10).map((n) => (places[0] ?? 0) + n));
    for (const { job_id: id, estimate } of told) {
      const shown = await user.send('GET', `/v1/jobs/${id}`);
      expect(shown.json()).toMatchObject({ queue_position: estimate.queue_position });
    }
  });
});
