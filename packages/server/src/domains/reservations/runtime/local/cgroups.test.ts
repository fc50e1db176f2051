import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCgroups } from './cgroups.ts';

let mount = '';
beforeEach(() => {
  mount = mkdtempSync(join(tmpdir(), 'gpushield-cgroups-'));
});
afterEach(() => rmSync(mount, { recursive: true, force: true }));

const write = (path: string, text = ''): void => {
  mkdirSync(join(mount, path, '..'), { recursive: true });
  writeFileSync(join(mount, path), text);
};
const read = (path: string): string => readFileSync(join(mount, path), 'utf8');
const limits = { memoryBytes: 1_000_000, cpuMillis: 1_500 };

describe('limits of a job, on paper', () => {
  it('are written to version 2 at its root, and kills are counted from it', () => {
    write('cgroup.controllers', 'cpuset cpu io memory pids\n');
    for (const name of ['memory.max', 'cpu.max']) write(`gpushield-jobs/gpushield-job-7f/${name}`, 'max');
    const cgroups = createCgroups({ mount, own: '/nonexistent' });
    expect(cgroups.prepare('7f', limits)).toEqual([
      join(mount, 'gpushield-jobs/gpushield-job-7f/cgroup.procs'),
    ]);
    expect(read('cgroup.subtree_control')).toBe('+memory +cpu');
    expect(read('gpushield-jobs/cgroup.subtree_control')).toBe('+memory +cpu');
    expect(read('gpushield-jobs/gpushield-job-7f/memory.max')).toBe('1000000');
    expect(read('gpushield-jobs/gpushield-job-7f/cpu.max')).toBe('150000 100000');
    write('gpushield-jobs/gpushield-job-7f/memory.events', 'low 0\noom 3\noom_kill 2\noom_group_kill 0\n');
    expect(cgroups.oomKills('7f')).toBe(2);
  });

  it('of a job that an earlier version started are read and removed by its bare id', () => {
    write('cgroup.controllers', 'cpu memory\n');
    write('gpushield-jobs/8a/memory.events', 'oom_kill 4\n');
    mkdirSync(join(mount, 'gpushield-jobs/8b'));
    const cgroups = createCgroups({ mount, own: '/nonexistent' });
    expect(cgroups.oomKills('8a')).toBe(4);
    expect(cgroups.remove('8b')).toBe(true);
    expect(existsSync(join(mount, 'gpushield-jobs/8b'))).toBe(false);
  });

  it('are none where the controllers are not given to this place, or nothing may be written', () => {
    write('cgroup.controllers', 'cpu memory\n');
    // The kernel makes no files of limits in a group whose parent has no controllers to give.
    const cgroups = createCgroups({ mount, own: '/nonexistent' });
    expect(cgroups.prepare('job', limits)).toEqual([]);
    expect(cgroups.oomKills('job')).toBe(0);
    expect(cgroups.remove('job')).toBe(true);
    expect(createCgroups({ mount: '/nonexistent', own: '/nonexistent' }).prepare('job', limits)).toEqual([]);
  });
});
