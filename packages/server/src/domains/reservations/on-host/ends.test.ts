import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../testing/index.ts';
import { hasSandbox, lifeStage, textOf, type LifeStage } from '../../../testing/reservations/life-stage.ts';

const database = testDatabase();
let stage: LifeStage;

describe.skipIf(!hasSandbox)('the end of a job on this host', () => {
  beforeAll(async () => {
    stage = await lifeStage(database, { GPUSHIELD_JOB_GRACE_SECONDS: '120' });
  });
  afterAll(() => stage.close());

  const active = async (body: object = {}): Promise<string> => {
    const id = await stage.submit(body);
    await stage.sees(id, { status: 'active' });
    return id;
  };
  const warnings = (id: string) => stage.files(id).filter((name) => name.startsWith('WARN_'));
  const warnedAs = (id: string, ...names: string[]) =>
    expect.poll(() => warnings(id), { timeout: 15_000 }).toEqual(names);

  it('is told at 30, 15 and 5 minutes, the nearest alone, and comes after its grace', async () => {
    const id = await active();
    expect(warnings(id)).toEqual([]);
    stage.clock.forward(30.5);
    await warnedAs(id, 'WARN_EXPIRES_IN_30MIN.txt');
    expect(textOf(join(stage.home(id), 'WARN_EXPIRES_IN_30MIN.txt'))).toContain('ends in 30 minutes');
    stage.clock.forward(15);
    await warnedAs(id, 'WARN_EXPIRES_IN_15MIN.txt');
    stage.clock.forward(10);
    await warnedAs(id, 'WARN_EXPIRES_IN_5MIN.txt');
    expect((await stage.job(id))['warnings']).toEqual([expect.stringMatching(/^Ends in \d minutes/)]);
    // Its time is over, its grace is not.
    stage.clock.forward(5);
    await stage.sees(id, { status: 'active', warnings: ['Its time is over; it ends within moments'] });
    stage.clock.forward(2);
    await stage.sees(id, { status: 'expired', status_detail: 'Its time was over' });
    await expect.poll(() => existsSync(join(stage.root, 'jobs', id)), { timeout: 30_000 }).toBe(false);
    const history = await stage.history(id);
    expect(history[0]).toBe('Submitted');
    expect(history.filter((message) => message.startsWith('Ends in'))).toEqual([
      'Ends in 30 minutes',
      'Ends in 15 minutes',
      'Ends in 5 minutes',
    ]);
    expect(history.slice(-1)).toEqual(['Its time was over']);
  });

  it('is told once where a server was away for two marks', async () => {
    const id = await active();
    stage.clock.forward(56);
    await warnedAs(id, 'WARN_EXPIRES_IN_5MIN.txt');
    expect((await stage.history(id)).filter((message) => message.startsWith('Ends in'))).toHaveLength(1);
    const extended = await stage.user.send('POST', `/v1/jobs/${id}/extend`, { extension_hours: 1 });
    expect(extended.status, extended.text).toBe(200);
    await warnedAs(id);
    await stage.sees(id, { status: 'active', duration_hours: 2, warnings: [] });
    // The marks of the new end are told again.
    stage.clock.forward(35);
    await warnedAs(id, 'WARN_EXPIRES_IN_30MIN.txt');
  });

  it('is put off by an extension within the grace', async () => {
    const id = await active();
    stage.clock.forward(61);
    await stage.sees(id, { status: 'active', warnings: ['Its time is over; it ends within moments'] });
    await stage.user.send('POST', `/v1/jobs/${id}/extend`, { extension_hours: 1 });
    stage.clock.forward(5);
    await stage.sees(id, { status: 'active', warnings: [] });
  });

  it('comes from the inside, and keeps what was written', async () => {
    const command = 'echo before; (sleep 0.3; end-job) & sleep 600; echo after';
    const id = await stage.submit({ command });
    await stage.sees(id, { status: 'expired', exit_code: 0 });
    await expect.poll(() => existsSync(join(stage.root, 'jobs', id)), { timeout: 30_000 }).toBe(false);
    // The shell may say that it was terminated.
    expect(await stage.logs(id)).toMatch(/^before\n(?!.*after)/s);
    const failed = await stage.submit({ command: 'echo broken >&2; exit 7' });
    await stage.sees(failed, { status: 'failed', exit_code: 7 });
    await expect.poll(() => stage.logs(failed)).toBe('broken\n');
  });

  it('of a job without a command, from the inside, is a cancellation', async () => {
    const id = await active();
    const terminal = await stage.terminal(id);
    terminal.stream.write('end-job\n');
    await stage.sees(id, { status: 'cancelled', status_detail: 'Ended from inside', exit_code: 0 });
  });

  it('is final', async () => {
    const id = await stage.submit({ command: 'true' });
    await stage.sees(id, { status: 'expired' });
    for (const [action, body] of [
      ['cancel', {}],
      ['extend', { extension_hours: 1 }],
      ['jupyter/enable', {}],
    ] as const) {
      const answer = await stage.user.send('POST', `/v1/jobs/${id}/${action}`, body);
      expect({ action, status: answer.status }).toEqual({ action, status: 409 });
    }
  });
});
