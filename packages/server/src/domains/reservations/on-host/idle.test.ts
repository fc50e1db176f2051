import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../testing/index.ts';
import { hasSandbox, lifeStage, type LifeStage } from '../../../testing/reservations/life-stage.ts';

const database = testDatabase();
const idleMinutes = 10;
let stage: LifeStage;

describe.skipIf(!hasSandbox)('a job in which nothing happens', () => {
  beforeAll(async () => {
    stage = await lifeStage(database, { GPUSHIELD_JOB_IDLE_MINUTES: String(idleMinutes) });
  });
  afterAll(() => stage.close());

  const active = async (body: object = {}): Promise<string> => {
    const id = await stage.submit({ duration_hours: 8, ...body });
    await stage.sees(id, { status: 'active' });
    return id;
  };
  const lookedAt = async (id: string): Promise<number> => {
    const { rows } = await database.db.query<{ at: number | null }>(
      `SELECT (observed->>'idleLookedAtMs')::float8 AS at FROM jobs WHERE id = $1`,
      [id],
    );
    return rows[0]?.at ?? 0;
  };
  /** Time passes, and somebody looks. */
  const pass = async (id: string, minutes: number): Promise<void> => {
    stage.clock.forward(minutes);
    const nowMs = stage.clock.nowMs();
    await expect
      .poll(async () => (await lookedAt(id)) >= nowMs || (await stage.job(id))['status'] !== 'active', {
        timeout: 20_000,
      })
      .toBe(true);
  };

  it('is warned, waited for, and released', async () => {
    const id = await active();
    await pass(id, 2);
    await pass(id, 2);
    await pass(id, idleMinutes);
    await expect.poll(() => stage.files(id)).toContain('WARN_IDLE.txt');
    await stage.sees(id, { status: 'active', warnings: [expect.stringContaining('Nothing happens')] });
    for (const minutes of [2, 3]) await pass(id, minutes);
    expect((await stage.job(id))['status']).toBe('active');
    for (const minutes of [3, 3]) await pass(id, minutes);
    await stage.sees(id, {
      status: 'cancelled',
      status_detail: 'Released: nobody and nothing was at work in it',
    });
  });

  it('is not released for a time in which nobody looked', async () => {
    const id = await active();
    for (const minutes of [2, 2, idleMinutes]) await pass(id, minutes);
    await stage.sees(id, { warnings: [expect.stringContaining('Nothing happens')] });
    await pass(id, idleMinutes + 1);
    await stage.sees(id, { status: 'active', warnings: [] });
  });

  it('stays as long as somebody has a terminal, whichever process of the host opened it', async () => {
    const id = await active();
    const terminal = await stage.terminal(id);
    for (let look = 0; look < 4; look += 1) await pass(id, idleMinutes + 1);
    expect(await stage.job(id)).toMatchObject({ status: 'active', warnings: [] });
    terminal.close();
    await expect
      .poll(
        async () => {
          await pass(id, 2);
          const { rows } = await database.db.query(
            'SELECT FROM jobs WHERE id = $1 AND idle_since IS NOT NULL',
            [id],
          );
          return rows.length;
        },
        { timeout: 30_000 },
      )
      .toBe(1);
  });

  it('stays as long as something computes, also after it was warned', async () => {
    const id = await active();
    for (const minutes of [2, 2, idleMinutes]) await pass(id, minutes);
    await stage.sees(id, { warnings: [expect.stringContaining('Nothing happens')] });
    const terminal = await stage.terminal(id);
    terminal.stream.write('(while :; do :; done) & sleep 0.2; exit\n');
    await terminal.exited;
    for (let look = 0; look < 3; look += 1) {
      await new Promise((resolve) => setTimeout(resolve, 4_500));
      await pass(id, 1.01);
    }
    await stage.sees(id, { status: 'active', warnings: [] });
  });
});
