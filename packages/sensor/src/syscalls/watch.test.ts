import { spawn } from 'node:child_process';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../testing/temporary.ts';
import type { KernelCall } from './parse.ts';
import { watchOnce, type Losses } from './watch.ts';

const removals: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const remove of removals.splice(0)) await remove();
});

/** Runs a stand-in for bpftrace to its end, or until `until` is said. */
const watch = async (script: string, until?: (losses: Losses) => boolean) => {
  const { path: folder, remove } = await temporaryDirectory();
  removals.push(remove);
  const program = join(folder, 'bpftrace');
  const programFile = join(folder, 'syscalls.bt');
  await writeFile(program, `#!/bin/sh\n${script}\n`);
  await chmod(program, 0o755);
  const calls: KernelCall[] = [];
  let attached = 0;
  const losses: Losses = { dropped: 0, lost: 0, malformed: 0 };
  const stopping = new AbortController();
  const look = setInterval(() => {
    if (until?.(losses) === true) stopping.abort();
  }, 10);
  const { problem } = await watchOnce(
    {
      ...{ programFile, spawn, path: '/usr/bin:/bin', sensorPid: 4242, losses },
      sight: { kind: 'bpftrace', command: [program], available: new Set(['openat', 'connect']) },
      onCall: (call) => calls.push(call),
      onAttached: () => {
        attached += 1;
      },
    },
    stopping.signal,
  );
  clearInterval(look);
  return { calls, attached, losses, problem, programFile };
};

const opened = (pid: number | string): string =>
  `printf '%s%s%s\\n' '{"type":"printf","data":"openat,1,' ${String(pid)} ',7,1,1,1,0,0,1,577,1|cat             /etc/x"}'`;

describe('bpftrace as a child', () => {
  it('tells calls, when it is attached, and what was lost; its own and the sensor’s calls are left out', async () => {
    const { calls, attached, losses, problem } = await watch(`
echo '{"type": "attached_probes", "data": {"probes": 70}}'
${opened(7)}
${opened(4242)}
${opened('$$')}
echo '{"type": "map", "data": {"@dropped": 3}}'
echo '{"type": "lost_events", "data": {"events": 5}}'
echo 'Attaching nonsense'
head -c 20000 /dev/zero | tr '\\0' x; echo
echo "ERROR: couldn't set RLIMIT_MEMLOCK" >&2
echo 'ERROR: the reason' >&2
exit 3`);
    expect(calls.map(({ pid }) => pid)).toEqual([7]);
    expect(attached).toBe(1);
    expect(losses).toEqual({ dropped: 3, lost: 5, malformed: 2 });
    expect(problem).toBe('bpftrace ended (3): ERROR: the reason');
  });

  it('gets a program that names only syscalls of this kernel, leaves the sensor out, and is nobody else’s to read', async () => {
    const { programFile } = await watch('exit 0');
    const program = await readFile(programFile, 'utf8');
    expect(program).toContain('sys_enter_openat /pid != 4242/');
    expect(program).toContain('sys_enter_connect /pid != 4242/');
    expect(program).not.toContain('sys_enter_mount');
    expect((await stat(programFile)).mode & 0o777).toBe(0o600);
  });

  it('is ended although it does not want to', async () => {
    const { problem } = await watch(
      `trap '' INT TERM; echo '{"type": "map", "data": {"@dropped": 1}}'; while :; do sleep 0.1; done`,
      ({ dropped }) => dropped === 1,
    );
    expect(problem).toContain('SIGKILL');
  });

  it('may be missing', async () => {
    const { path: folder, remove } = await temporaryDirectory();
    removals.push(remove);
    const end = await watchOnce(
      {
        ...{ programFile: join(folder, 'x.bt'), spawn, path: '/bin', sensorPid: 1 },
        sight: { kind: 'bpftrace', command: [join(folder, 'none')], available: new Set() },
        onCall: () => undefined,
        onAttached: () => undefined,
        losses: { dropped: 0, lost: 0, malformed: 0 },
      },
      new AbortController().signal,
    );
    expect(end.problem).toContain('ENOENT');
  });
});
