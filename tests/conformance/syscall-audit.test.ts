import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SyscallEventInput } from '@gpushield/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judgeRun } from '../../bench/support/syscall-corpus.ts';
import { openAuditWatch } from '../../packages/sensor/src/syscalls/audit/audit-watch.ts';
import { createDigests } from '../../packages/sensor/src/syscalls/facts/digests.ts';
import { createProcesses } from '../../packages/sensor/src/syscalls/facts/processes.ts';
import { createToEvent } from '../../packages/sensor/src/syscalls/to-event.ts';
import { createScoring } from '../../packages/server/src/domains/scoring/rules/engine.ts';
import { loadRules } from '../../packages/server/src/domains/scoring/rules/load-rules.ts';

/*
 * What the audit log tells is scored as what the eyes see: from its lines, by way of the sensor's events, to the rules. The
 * processes are gone, as they mostly are when a log is read.
 */

const head = 'msg=audit(1795640000.123';
const who = (comm: string, exe: string, uid = 1000): string =>
  `items=1 ppid=2999990 pid=2999999 auid=1000 uid=${String(uid)} gid=1000 euid=${String(uid)} comm="${comm}" exe="${exe}" key=(null)`;
const lines = (...records: readonly string[]): string =>
  [...records, 'type=EOE HEAD:9):'].map((line) => `${line.replace('HEAD', head)}\n`).join('');

const attacks = [
  {
    technique: 'T1003.008',
    name: 'hashes of passwords, by a relative path',
    text: lines(
      `type=SYSCALL HEAD:9): arch=c000003e syscall=257 success=no exit=-13 a0=ffffff9c a1=7ff a2=0 a3=0 ${who('cat', '/usr/bin/cat')}`,
      'type=CWD HEAD:9): cwd="/etc"',
      'type=PATH HEAD:9): item=0 name="shadow" inode=1 dev=fd:00 mode=0100640 ouid=0 ogid=42 rdev=00:00 nametype=NORMAL',
    ),
  },
  {
    technique: 'T1059.004',
    name: 'program in /dev/shm',
    text: lines(
      `type=SYSCALL HEAD:9): arch=c000003e syscall=59 success=yes exit=0 a0=1 a1=2 a2=3 a3=8 ${who('x', '/dev/shm/x')}`,
      'type=EXECVE HEAD:9): argc=1 a0="/dev/shm/x"',
      'type=CWD HEAD:9): cwd="/"',
      'type=PATH HEAD:9): item=0 name="/dev/shm/x" inode=1 dev=00:19 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL',
    ),
  },
  {
    technique: 'T1496',
    name: 'a pool of miners, from a program of 32 bits',
    text: lines(
      `type=SYSCALL HEAD:9): arch=40000003 syscall=362 success=yes exit=0 a0=3 a1=2 a2=10 a3=0 ${who('x', '/usr/bin/x')}`,
      'type=SOCKADDR HEAD:9): saddr=02000D050A0000010000000000000000',
    ),
  },
  {
    technique: 'T1548.001',
    name: 'becomes root',
    text: lines(
      `type=SYSCALL HEAD:9): arch=c00000b7 syscall=146 success=no exit=-1 a0=0 a1=0 a2=0 a3=0 ${who('x', '/home/x/x')}`,
    ),
  },
];

describe('what the audit log tells', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gpushield-audit-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it.each(attacks)('is found by the rules: $technique, $name', async ({ technique, text }) => {
    const events: SyscallEventInput[] = [];
    const deps = {
      proc: folder,
      processes: createProcesses({ proc: folder, digests: createDigests() }),
      userName: () => undefined,
      bootedAtMs: 0,
      wallMs: (atNs: number) => atNs / 1e6,
    };
    const toEvent = createToEvent(deps);
    const log = join(folder, 'audit.log');
    await writeFile(log, '');
    const watch = await openAuditWatch({
      ...{ path: log, proc: folder, sensorPid: 1, nowMs: () => 0, atNs: (atMs: number) => atMs * 1e6 },
      losses: { dropped: 0, lost: 0, malformed: 0 },
      onCall: (call) => {
        const draft = toEvent(call);
        if (draft !== undefined) events.push(draft.event);
      },
    });
    if ('problem' in watch) throw new Error(watch.problem);
    await appendFile(log, text);
    await watch.pass();
    await watch.close();
    const scoring = createScoring(await loadRules(undefined));
    const judged = judgeRun(scoring, { name: technique, technique, pid: 2_999_999, events });
    expect(judged).toMatchObject([{ pid: 2_999_999 }]);
    expect([...(judged[0]?.techniques ?? [])]).toContain(technique);
    expect(judged[0]?.risk).toBeGreaterThanOrEqual(50);
  });
});
