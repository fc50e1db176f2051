import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../testing/index.ts';
import { hasSandbox, lifeStage, textOf, type LifeStage } from '../../../testing/reservations/life-stage.ts';
import { createCgroups } from '../runtime/local/cgroups.ts';

const probe = createCgroups();
const canLimit =
  hasSandbox && probe.prepare('probe-of-the-tests', { memoryBytes: 2 ** 26, cpuMillis: 100 }).length > 0;
probe.remove('probe-of-the-tests');
if (!canLimit) console.warn('SKIPPED: no control groups can be made here: limits of jobs are NOT tested');

const database = testDatabase();
const patience = { timeout: 30_000, interval: 50 };
let stage: LifeStage;

describe.skipIf(!canLimit)('limits of a job on this host', () => {
  beforeAll(async () => {
    stage = await lifeStage(database);
  });
  afterAll(() => stage.close());

  const groupsOf = (id: string) =>
    textOf(join(stage.root, 'jobs', id, 'cgroups'))
      .split('\n')
      .filter((path) => path !== '')
      .map(dirname);
  const valueOf = (id: string, ...names: string[]): string => {
    const path = groupsOf(id)
      .flatMap((group) => names.map((name) => join(group, name)))
      .find(existsSync);
    return path ?? '';
  };

  it('are its share of the memory and, with half as much again, of the processors', async () => {
    const id = await stage.submit({});
    await stage.sees(id, { status: 'active' });
    const memory = Number(readFileSync(valueOf(id, 'memory.max', 'memory.limit_in_bytes'), 'utf8'));
    expect(Math.abs(memory - (totalmem() * 0.9) / 4)).toBeLessThan(8192);
    const quota = Number(readFileSync(valueOf(id, 'cpu.max', 'cpu.cfs_quota_us'), 'utf8').split(' ')[0]);
    expect(quota).toBe(Math.floor((availableParallelism() * 1000 * 1.5) / 4) * 100);
    // Everything of the job is in them, the shells that come later too.
    const terminal = await stage.terminal(id);
    terminal.stream.write('sleep 300 & echo $! > pid; exec sleep 300\n');
    await expect.poll(() => stage.files(id)).toContain('pid');
    const members = readFileSync(valueOf(id, 'cgroup.procs'), 'utf8').trim().split('\n');
    expect(members.length).toBeGreaterThanOrEqual(4);
    terminal.close();
    const groups = groupsOf(id);
    await stage.user.send('POST', `/v1/jobs/${id}/cancel`);
    await expect.poll(() => existsSync(join(stage.root, 'jobs', id)), patience).toBe(false);
    expect(groups.filter(existsSync)).toEqual([]);
  });

  it('end what takes more memory, and the job is told', async () => {
    const id = await stage.submit({});
    await stage.sees(id, { status: 'active', oom_count: 0 });
    writeFileSync(valueOf(id, 'memory.max', 'memory.limit_in_bytes'), String(96 * 1024 * 1024));
    const terminal = await stage.terminal(id);
    terminal.stream.write('head -c 400000000 /dev/zero | tail\n');
    stage.clock.forward(1);
    await expect
      .poll(async () => {
        stage.clock.forward(0.5);
        return (await stage.job(id))['oom_count'];
      }, patience)
      .toBe(1);
    await stage.sees(id, {
      status: 'active',
      last_oom_at: expect.any(String),
      warnings: [expect.stringContaining('killed for memory')],
    });
    await expect.poll(() => stage.files(id), patience).toContain('OOM_DETECTED.txt');
    expect(await stage.history(id)).toContain('A process was killed: the job ran out of memory');
    terminal.close();
  });
});
