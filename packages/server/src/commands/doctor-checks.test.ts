import { describe, expect, it } from 'vitest';
import { checkSyscallSight } from './doctor-checks.ts';

const everything = new Set(['/usr/bin/bpftrace', '/sys/kernel/btf/vmlinux']);
const without = (gone: string) => (path: string) => path !== gone && everything.has(path);

describe("doctor, asked for the sensor's sight of syscalls", () => {
  it('is content with root, bpftrace and a kernel that tells its types', () => {
    expect(checkSyscallSight(0, without(''))).toMatchObject({ verdict: 'ok' });
  });
  it.each([
    ['another user', 1000, '', 'not root'],
    ['no bpftrace', 0, '/usr/bin/bpftrace', 'bpftrace is not installed'],
    ['a kernel without types', 0, '/sys/kernel/btf/vmlinux', 'this kernel tells no types'],
  ])('says what is blind with %s', (_, uid, gone, why) => {
    const finding = checkSyscallSight(uid, without(gone));
    expect(finding).toMatchObject({ verdict: 'warn' });
    expect(finding.detail).toContain(why);
    expect(finding.remedy).toBeDefined();
  });
  it('says what the audit log shows where it is there, and that it would where it is not', () => {
    expect(checkSyscallSight(1000, without('')).detail).toContain('auditd would tell more');
    const logged = checkSyscallSight(0, (path) => path === '/var/log/audit/audit.log');
    expect(logged.detail).toContain('only what the audit rules of this machine log is seen');
  });
});
