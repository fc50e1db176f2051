import {
  SecurityEventInput,
  parseGpuAtLine,
  parseXidLine,
  xidSeverity,
  xidFacts,
} from '@gpushield/contracts';
import { Value } from 'typebox/value';
import { describe, expect, it } from 'vitest';
import { parseKernelRecord } from './record.ts';
import { toKernelEvent } from './to-event.ts';

describe('Xid lines', () => {
  it.each([
    [
      'NVRM: Xid (PCI:0000:3b:00): 79, pid=1234, name=python3, GPU has fallen off the bus.',
      {
        code: 79,
        pciAddress: '0000:3b:00.0',
        pid: 1234,
        process: 'python3',
        detail: 'GPU has fallen off the bus.',
      },
    ],
    [
      "NVRM: Xid (PCI:0000:01:00): 79, pid='<unknown>', name=<unknown>, GPU has fallen off the bus.",
      { code: 79, pid: null, process: null, detail: 'GPU has fallen off the bus.' },
    ],
    [
      'NVRM: Xid (PCI:0000:03:00): 31, pid=10917, name=my app, Ch 00000008, intr 10000000. MMU Fault: ENGINE GRAPHICS',
      {
        code: 31,
        pid: 10917,
        process: 'my app',
        detail: 'Ch 00000008, intr 10000000. MMU Fault: ENGINE GRAPHICS',
      },
    ],
    [
      'NVRM: Xid (0000:03:00): 14, Channel 00000001',
      { code: 14, pciAddress: '0000:03:00.0', pid: null, detail: 'Channel 00000001' },
    ],
    [
      'NVRM: Xid (PCI:0000:c6:00 GPU-I:05): 13, pid=77, Graphics Exception',
      { code: 13, gpuInstance: '05', pid: 77, process: null },
    ],
    [
      'NVRM: Xid (PCI:0018:01:00): 119, pid=5, name=nvc, Timeout after 6s',
      { code: 119, pciAddress: '0018:01:00.0' },
    ],
    ['NVRM: Xid (PCI:0000:05:00): 62', { code: 62, pid: null, process: null, detail: '' }],
    [
      'NVRM: Xid (PCI:0000:05:00): 154, GPU recovery action changed from 0x0 (None) to 0x2 (Node Reboot Required)',
      { code: 154 },
    ],
  ])('reads %s', (line, expected) => {
    expect(parseXidLine(line)).toMatchObject(expected);
  });

  it.each([
    'NVRM: loading NVIDIA UNIX x86_64 Kernel Module',
    'Xid',
    'NVRM: Xid (PCI:zz): 79',
    'NVRM: Xid (PCI:0000:05:00): x',
  ])('takes no other line for one: %s', (line) => {
    expect(parseXidLine(line)).toBeNull();
  });

  it('learns the UUID of an address from the line before', () => {
    const uuid = 'GPU-8cbdb7f4-7a1c-4f0a-b0ae-2a0e9b1f2a10';
    expect(parseGpuAtLine(`NVRM: GPU at PCI:0000:3b:00: ${uuid}`)).toEqual({
      pciAddress: '0000:3b:00.0',
      uuid,
    });
  });
});

describe('severity of an Xid', () => {
  it('follows the security, hardware and application lists before the level', () => {
    expect([110, 137, 151, 166, 168, 170].map(xidSeverity)).toEqual(Array(6).fill('critical'));
    expect([48, 62, 64, 74, 79, 95, 119, 120, 140, 143].map(xidSeverity)).toEqual(Array(10).fill('high'));
    expect([13, 31, 43, 45].map(xidSeverity)).toEqual(Array(4).fill('low'));
    expect([9, 92, 152, 9999].map(xidSeverity)).toEqual(['high', 'medium', 'info', 'medium']);
  });

  it('knows every code of the table', () => {
    expect(xidFacts.size).toBe(172);
  });
});

const context = {
  uuids: new Map([['0000:3b:00.0', 'GPU-1']]),
  toWallTime: (us: number) => new Date(1_700_000_000_000 + us / 1000),
};
const eventOf = (line: string) => {
  const record = parseKernelRecord(line);
  return record === null ? null : toKernelEvent(record, context);
};

describe('events of the kernel log', () => {
  it('carry code, name, process, device and the time at which the kernel told it', () => {
    const found = eventOf(
      '2,4711,5000000,-;NVRM: Xid (PCI:0000:3b:00): 79, pid=1, name=a, GPU has fallen off the bus.',
    );
    expect(found).toMatchObject({
      gpu_device: '0000:3b:00.0',
      event: {
        event_type: 'gpu.xid',
        severity: 'high',
        fingerprint: 'xid:79:0000:3b:00.0',
        timestamp: '2023-11-14T22:13:25.000Z',
        evidence: {
          code: 79,
          pid: 1,
          process: 'a',
          gpu_uuid: 'GPU-1',
          kernel_sequence: 4711,
          origin: 'kernel',
        },
      },
    });
    const whole = { node_id: '00000000-0000-7000-8000-000000000001', ...found?.event };
    expect(Value.Check(SecurityEventInput, whole)).toBe(true);
  });

  it('mark what a program wrote into the log, so that it cannot pass for the kernel', () => {
    const found = eventOf('12,1,0,-;NVRM: Xid (PCI:0000:3b:00): 79, pid=1, name=a, x');
    expect(found?.event.fingerprint).toBe('xid:79:0000:3b:00.0:user_space');
    expect(found?.event.evidence).toMatchObject({ origin: 'user_space' });
  });

  it.each([
    ['6,1,0,-;amdgpu 0000:03:00.0: amdgpu: GPU reset begin!', 'kernel:amdgpu.reset:0000:03:00.0', 'medium'],
    [
      '3,1,0,-;i915 0000:00:02.0: [drm] GPU HANG: ecode 12:1:85dffffb, in chrome [1234]',
      'kernel:intel.hang:0000:00:02.0',
      'medium',
    ],
    [
      '3,1,0,-;nvidia-nvswitch3: SXid (PCI:0000:05:00.0): 12028, Fatal, Link 32',
      'kernel:nvswitch.sxid_fatal:0000:05:00.0',
      'high',
    ],
  ])('include faults of other devices: %s', (line, fingerprint, severity) => {
    expect(eventOf(line)?.event).toMatchObject({ event_type: 'other', fingerprint, severity });
  });

  it('are not made of ordinary or continuation lines', () => {
    expect(eventOf('6,5,0,-;usb 1-1: new high-speed USB device')).toBeNull();
    expect(eventOf(' SUBSYSTEM=pci')).toBeNull();
  });
});
