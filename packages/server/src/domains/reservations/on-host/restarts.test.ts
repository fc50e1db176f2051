import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../testing/index.ts';
import { hasSandbox, lifeStage, textOf, type LifeStage } from '../../../testing/reservations/life-stage.ts';
import { nodeName } from '../runtime/local/host.ts';

const database = testDatabase();
const patience = { timeout: 30_000, interval: 50 };
let stage: LifeStage;

describe.skipIf(!hasSandbox)('jobs of a server that is restarted', () => {
  beforeAll(async () => {
    stage = await lifeStage(database);
  });
  afterAll(() => stage.close());

  it('run on as the same processes, end when they do, and are held by their limits as before', async () => {
    const counting = await stage.submit({
      command: 'n=0; while [ ! -e stop ]; do n=$((n+1)); echo $n; sleep 0.1; done; exit 5',
    });
    const shell = await stage.submit({ duration_hours: 1 });
    const short = await stage.submit({ command: 'sleep 0.7; echo done' });
    for (const id of [counting, shell, short]) await stage.sees(id, { status: 'active' });
    const supervisor = (id: string) => textOf(join(stage.root, 'jobs', id, 'supervisor'));
    const before = supervisor(counting);
    await stage.restart();
    await stage.restart();
    expect(supervisor(counting)).toBe(before);
    expect(before).not.toBe('');
    await stage.sees(short, { status: 'expired', exit_code: 0 });
    const lines = (await stage.logs(counting)).split('\n').length;
    await expect
      .poll(async () => (await stage.logs(counting)).split('\n').length, patience)
      .toBeGreaterThan(lines);
    // One process counted: no number twice.
    const numbers = (await stage.logs(counting)).trim().split('\n');
    expect(new Set(numbers).size).toBe(numbers.length);
    stage.clock.forward(31);
    await expect.poll(() => stage.files(shell), patience).toContain('WARN_EXPIRES_IN_30MIN.txt');
    const terminal = await stage.terminal(counting);
    terminal.stream.write('touch stop; exit\n');
    await terminal.exited;
    await stage.sees(counting, { status: 'failed', exit_code: 5 });
    stage.clock.forward(32);
    await stage.sees(shell, { status: 'expired' });
  });

  it('that were killed meanwhile are told of, and a host that restarted is named', async () => {
    const id = await stage.submit({});
    await stage.sees(id, { status: 'active', node: nodeName() });
    const info = JSON.parse(textOf(join(stage.root, 'jobs', id, 'info.json'))) as { 'child-pid': number };
    const supervisor = Number(textOf(join(stage.root, 'jobs', id, 'supervisor')).split(' ', 1)[0]);
    // Both at once, as when the host goes down: nobody is left to note an exit code.
    process.kill(supervisor, 'SIGKILL');
    process.kill(info['child-pid'], 'SIGKILL');
    await stage.sees(id, { status: 'failed', status_detail: expect.stringContaining('ended from outside') });
  });
});
