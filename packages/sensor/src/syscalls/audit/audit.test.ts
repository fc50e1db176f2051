import { appendFile, mkdir, rename, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryDirectory } from '../../testing/temporary.ts';
import { addressFacts } from '../address.ts';
import type { KernelCall } from '../parse.ts';
import { createAssembler } from './assemble.ts';
import { openAuditWatch } from './audit-watch.ts';
import { parseAuditLine, type AuditRecord } from './records.ts';
import { toAuditCall } from './to-call.ts';

/*
 * Lines as the kernel and auditd write them (RAW and ENRICHED, 64 and 32 bits, x86 and arm), of events made up here.
 */

const at = 'msg=audit(1795640000.123:4711)';
const syscall = (given: Record<string, string>): string => {
  const fields = {
    ...{ arch: 'c000003e', syscall: '257', success: 'yes', exit: '3' },
    ...{ a0: 'ffffff9c', a1: '7ffe5b0c', a2: '0', a3: '0', items: '1', ppid: '70', pid: '77' },
    ...{ auid: '1000', uid: '1000', gid: '1000', euid: '0', suid: '0', fsuid: '0', egid: '0', sgid: '0' },
    ...{ fsgid: '0', tty: 'pts0', ses: '1', comm: '"cat"', exe: '"/usr/bin/cat"', key: '"files"' },
    ...given,
  };
  const text = Object.entries(fields).map(([name, value]) => `${name}=${value}`);
  return `type=SYSCALL ${at}: ${text.join(' ')}`;
};
const cwd = (path = '"/etc"'): string => `type=CWD ${at}: cwd=${path}`;
const path = (name: string, nametype = 'NORMAL', item = 0): string =>
  `type=PATH ${at}: item=${String(item)} name=${name} inode=1234 dev=fd:00 mode=0100640 ouid=0 ogid=42 rdev=00:00 nametype=${nametype} cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0`;
const recordsOf = (...lines: readonly string[]): readonly AuditRecord[] =>
  lines.map((line) => {
    const record = parseAuditLine(line);
    if (record === undefined) throw new Error(`No record: ${line}`);
    return record;
  });
const callOf = (...lines: readonly string[]): KernelCall | undefined =>
  toAuditCall(recordsOf(...lines), {
    atNs: (atMs) => atMs * 1e6,
    folderOf: (pid, fd) => (pid === 77 && fd === 5 ? '/etc/cron.d' : undefined),
  })?.call;

describe('records of the audit log', () => {
  it('of a file are a call with its path, flags, result and who made it', () => {
    expect(callOf(syscall({ a2: '441' }), cwd(), path('"/etc/passwd"'))).toMatchObject({
      ...{ syscall: 'openat', pid: 77, parentPid: 70, uid: 1000, euid: 0, command: 'cat' },
      ...{ numbers: { flags: 0x441, ret: 3 }, text: '/etc/passwd', atNs: 1_795_640_000_123e6 },
    });
  });

  it('resolve relative paths: from the working directory, a descriptor, or not at all', () => {
    expect(callOf(syscall({}), cwd(), path('"shadow"'))?.text).toBe('/etc/shadow');
    expect(callOf(syscall({}), cwd('"/usr/share"'), path('"../../etc/shadow"'))?.text).toBe('/etc/shadow');
    expect(callOf(syscall({ a0: '5' }), cwd(), path('"x"'))?.text).toBe('/etc/cron.d/x');
    expect(callOf(syscall({ a0: '6' }), cwd(), path('"x"'))?.text).toBeUndefined();
    // Made: the folder has a record of its own.
    const made = [path('"/etc/"', 'PARENT'), path('"ld.so.preload"', 'CREATE', 1)];
    expect(callOf(syscall({ syscall: '82' }), cwd(), ...made)).toMatchObject({
      ...{ syscall: 'rename', text: '/etc/ld.so.preload' },
    });
  });

  it('of a start tell its arguments, quoted, in digits and in pieces', () => {
    const execve = `type=EXECVE ${at}: argc=4 a0="sh" a1="-c" a2=6563686F2022612062220A a3_len=20000 a3[0]=6161`;
    const start = [syscall({ syscall: '59', exe: '"/usr/bin/dash"' }), execve, cwd(), path('"/bin/sh"')];
    expect(callOf(...start)).toMatchObject({
      ...{ syscall: 'execve', text: '/bin/sh', arguments: ['sh', '-c', 'echo "a b"\n', 'aa'] },
    });
    expect(
      callOf(...start.map((line) => line.replace('success=yes exit=3', 'success=no exit=-2'))),
    ).toBeUndefined();
  });

  it('mean by their numbers what the architecture means', () => {
    expect(callOf(syscall({ arch: '40000003', syscall: '11' }), path('"/bin/sh"'))?.syscall).toBe('execve');
    expect(callOf(syscall({ arch: 'c00000b7', syscall: '221' }), path('"/bin/sh"'))?.syscall).toBe('execve');
    expect(callOf(syscall({ arch: 'c00000b7', syscall: '56' }), path('"/etc/x"'))?.syscall).toBe('openat');
    expect(callOf(syscall({ arch: 'c00000f3', syscall: '56' }), path('"/etc/x"'))).toBeUndefined();
    expect(callOf(syscall({ syscall: '9999' }))).toBeUndefined();
  });

  it('of a connection tell where it goes', () => {
    const metadata = (line: string, given: Record<string, string> = {}) => {
      const call = callOf(syscall({ syscall: '42', a0: '3', ...given }), line);
      const facts: Record<string, string | number | boolean> = {};
      if (call !== undefined) addressFacts(call, facts);
      return facts;
    };
    const v4 = `type=SOCKADDR ${at}: saddr=02000D057F0000010000000000000000`;
    expect(metadata(v4)).toEqual({ port: 3333, address: '127.0.0.1' });
    expect(metadata(v4, { arch: '40000003', syscall: '102', a0: '3' })).toEqual({
      port: 3333,
      address: '127.0.0.1',
    });
    const v6 = `type=SOCKADDR ${at}: saddr=0A00115C0000000020010DB800000000000000000000000100000000`;
    expect(metadata(v6)).toEqual({ port: 4444, address: '2001:db8::1' });
    expect(metadata(`type=SOCKADDR ${at}: saddr=01002F72756E2F7800`)).toEqual({});
    expect(metadata(`type=SOCKADDR ${at}: saddr=02`)).toEqual({});
  });

  it('tell signals, targets and rights as numbers of their own kind, and leave everyday work out', () => {
    expect(callOf(syscall({ syscall: '62', a0: 'ffffffffffffffff', a1: '9' }))).toMatchObject({
      numbers: { target_pid: -1, signal: 9 },
    });
    expect(callOf(syscall({ syscall: '62', a0: '5', a1: '0' }))).toBeUndefined();
    expect(callOf(syscall({ syscall: '105', a0: '0' }))).toMatchObject({ numbers: { target_uid: 0 } });
    expect(callOf(syscall({ syscall: '105', a0: '0', uid: '0' }))).toBeUndefined();
    expect(callOf(syscall({ syscall: '101', a0: '10', a1: '4d' }))).toMatchObject({
      numbers: { ptrace_request: 16, target_pid: 77 },
    });
  });

  it('are read as auditd enriched them, and with the name of a node', () => {
    const line = `node=gpu-1 ${syscall({})}\u001dARCH=x86_64 SYSCALL=openat AUID="ada" UID="ada" EUID="root"`;
    expect(callOf(line, path('"/etc/shadow"'))).toMatchObject({ syscall: 'openat', uid: 1000 });
  });

  it('cannot be forged by names: what is no plain text comes in digits', () => {
    const evil = Buffer.from('a" pid=1 uid=0\ntype=SYSCALL x').toString('hex').toUpperCase();
    const call = callOf(syscall({ comm: evil }), path(evil));
    expect(call).toMatchObject({ pid: 77, uid: 1000, command: 'a" pid=1 uid=0\ntype=SYSCALL x' });
    // The first field of a name is the kernel's.
    expect(callOf(`${syscall({})} pid=1`, path('"/etc/x"'))?.pid).toBe(77);
  });

  it.each([
    ['another log', 'Nov 25 20:00:00 host sshd[1]: hello'],
    ['no serial', 'type=SYSCALL msg=audit(1.000:): arch=c000003e'],
    ['a type that is none', 'type=lower msg=audit(1.000:1): x=1'],
    ['nothing', ''],
  ])('are none where the line is %s', (_, line) => {
    expect(parseAuditLine(line)).toBeUndefined();
  });
});

describe('records of several events at once', () => {
  const record = (event: number, type: string): AuditRecord => {
    const [made] = recordsOf(`type=${type} msg=audit(1.000:${String(event)}): x=1`);
    if (made === undefined) throw new Error('No record');
    return made;
  };
  const setUp = () => {
    const events: string[] = [];
    const assembler = createAssembler((records) => {
      events.push(records.map(({ type, event }) => `${type} ${event}`).join('; '));
    });
    return { events, assembler };
  };

  it('are joined by their serial, and end with their end, their title, or after a while', () => {
    const { events, assembler } = setUp();
    assembler.take(record(1, 'SYSCALL'), 0);
    assembler.take(record(2, 'SYSCALL'), 0);
    assembler.take(record(1, 'PATH'), 0);
    assembler.take(record(1, 'EOE'), 0);
    assembler.take(record(2, 'PROCTITLE'), 0);
    assembler.take(record(2, 'EOE'), 0);
    assembler.take(record(3, 'SYSCALL'), 0);
    assembler.sweep(10);
    expect(events).toEqual(['SYSCALL 1.000:1; PATH 1.000:1', 'SYSCALL 1.000:2; PROCTITLE 1.000:2']);
    assembler.sweep(2_000);
    expect(events.at(-1)).toBe('SYSCALL 1.000:3');
  });

  it('are bounded: events that never end, and records of one', () => {
    const { events, assembler } = setUp();
    for (let event = 0; event < 10_000; event += 1) assembler.take(record(event, 'SYSCALL'), 0);
    expect(assembler.waiting()).toBeLessThanOrEqual(256);
    expect(events.length).toBeGreaterThan(9_000);
    for (let path = 0; path < 10_000; path += 1) assembler.take(record(77_777, 'PATH'), 0);
    assembler.take(record(77_777, 'EOE'), 0);
    expect(events.at(-1)?.split(';').length).toBe(256);
  });
});

describe('following the log', () => {
  let folder: string;
  let remove: () => Promise<void>;
  beforeEach(async () => {
    ({ path: folder, remove } = await temporaryDirectory());
    await mkdir(join(folder, '77/fd'), { recursive: true });
    const rest = 'S 1 5 5 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 500 1 2';
    await writeFile(join(folder, '77/stat'), `77 (cat) ${rest}`);
    await symlink('/etc', join(folder, '77/fd/5'));
  });
  afterEach(() => remove());

  const open = async (log: string) => {
    const calls: KernelCall[] = [];
    const losses = { dropped: 0, lost: 0, malformed: 0 };
    const watch = await openAuditWatch({
      ...{ path: log, proc: folder, sensorPid: 4242, nowMs: () => 0, atNs: (atMs: number) => atMs, losses },
      onCall: (call) => calls.push(call),
    });
    if ('problem' in watch) throw new Error(watch.problem);
    return { watch, losses, texts: () => calls.splice(0).map(({ text }) => text), calls };
  };
  const event = (name: string, serial: number, pid = '77'): string =>
    [syscall({ pid }), path(`"${name}"`), `type=EOE ${at}: `]
      .map((line) => line.replace('4711', String(serial)))
      .join('\n') + '\n';

  it('begins at its end, takes lines in pieces, and goes on over rotation and emptying', async () => {
    const log = join(folder, 'audit.log');
    await writeFile(log, event('/etc/before', 1));
    const { watch, texts, losses } = await open(log);
    await watch.pass();
    expect(texts()).toEqual([]);
    const whole = event('/etc/a', 2);
    await appendFile(log, whole.slice(0, 40));
    await watch.pass();
    await appendFile(log, whole.slice(40));
    await watch.pass();
    expect(texts()).toEqual(['/etc/a']);
    // auditd renames the log; what was written last to the old one counts too.
    await appendFile(log, event('/etc/b', 3));
    await rename(log, `${log}.1`);
    await writeFile(log, event('/etc/c', 4));
    while (await watch.pass());
    await watch.pass();
    expect(texts()).toEqual(['/etc/b', '/etc/c']);
    await truncate(log, 0);
    await watch.pass();
    await appendFile(log, event('/etc/d', 5));
    await watch.pass();
    expect(texts()).toEqual(['/etc/d']);
    expect(losses).toEqual({ dropped: 0, lost: 0, malformed: 0 });
    await watch.close();
  });

  it('names the process as /proc does, leaves the sensor out, and counts what is beyond its limits', async () => {
    const log = join(folder, 'audit.log');
    await writeFile(log, '');
    const { watch, calls, losses } = await open(log);
    await appendFile(log, event('/etc/a', 1) + event('/etc/b', 2, '4242') + 'nonsense\n');
    await appendFile(log, `type=CWD ${'x'.repeat(20_000)}\n`);
    await watch.pass();
    expect(calls).toMatchObject([{ pid: 77, startedNs: 5_000_000_000 }]);
    expect(losses).toEqual({ dropped: 0, lost: 1, malformed: 1 });
    const many = Array.from({ length: 2_500 }, (_, index) => event('/etc/m', 10 + index));
    await appendFile(log, many.join(''));
    while (await watch.pass());
    expect(calls.length).toBe(2_000);
    expect(losses.dropped).toBe(501);
    await watch.close();
  });

  it('says why a log cannot be followed', async () => {
    const problems = await Promise.all(
      [join(folder, 'none'), folder].map(async (log) => {
        const losses = { dropped: 0, lost: 0, malformed: 0 };
        const given = { proc: folder, sensorPid: 1, atNs: () => 0, nowMs: () => 0, onCall: () => undefined };
        const watch = await openAuditWatch({ path: log, ...given, losses });
        return 'problem' in watch ? watch.problem : '';
      }),
    );
    expect(problems[0]).toContain('does not exist');
    expect(problems[1]).toContain('is no file');
  });
});
