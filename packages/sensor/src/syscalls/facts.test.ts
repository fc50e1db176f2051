import { describe, expect, it } from 'vitest';
import { addressFacts } from './address.ts';
import { agentIdOf } from './agent.ts';
import { startMs } from './facts/boot-time.ts';
import { placeIn } from './facts/container.ts';
import { executableOf } from './facts/processes.ts';
import { startTicksIn } from './facts/read-proc.ts';
import type { KernelCall } from './parse.ts';

const call = (given: Partial<KernelCall>): KernelCall => ({
  ...{ syscall: 'execve', atNs: 1, pid: 5, tid: 5, parentPid: 1, startedNs: 1, parentStartedNs: 1 },
  ...{ uid: 0, euid: 0, cgroup: 1, command: 'x', numbers: {}, exact: {}, text: undefined },
  ...{
    isTextCut: false,
    arguments: undefined,
    areArgumentsCut: false,
    fileName: undefined,
    place: undefined,
  },
  ...given,
});
const id = 'a'.repeat(64);
const nowhere = (): undefined => undefined;

describe('the place of a process', () => {
  it.each([
    ['docker, version 1', `9:memory:/docker/${id}\n`, { containerId: id }],
    ['docker, version 2', `0::/system.slice/docker-${id}.scope\n`, { containerId: id }],
    [
      'Kubernetes with systemd',
      `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod0a1b2c3d_0a1b_0a1b_0a1b_0a1b2c3d4e5f.slice/cri-containerd-${id}.scope\n`,
      { containerId: id, pod: '0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f' },
    ],
    [
      'Kubernetes with cgroupfs',
      `4:cpu:/kubepods/besteffort/pod0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f/${id}\n`,
      { containerId: id, pod: '0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f' },
    ],
    ['Slurm, version 2', '0::/system.slice/slurmstepd.scope/job_42/step_0\n', { jobId: '42' }],
    ['Slurm, version 1', '5:devices:/slurm/uid_1000/job_42/step_0\n', { jobId: '42' }],
    ['a job of ours', '0::/system.slice/gpushield-job-7f3a.scope\n', { jobId: '7f3a' }],
    ['none', '0::/user.slice/user-0.slice/session-1.scope\n', {}],
    ['garbage', '::::\n\n/\n', {}],
  ])('is told by its control groups: %s', (_, text, place) => {
    expect(placeIn(text)).toEqual(place);
  });
});

describe("a started program's file", () => {
  it.each([
    ['as /proc says', '/usr/bin/x', { fileName: 'x', text: '/opt/y' }, '/usr/bin/x'],
    ['deleted', '/tmp/x (deleted)', { fileName: 'x' }, '/tmp/x (deleted)'],
    [
      'not what /proc says of the next one',
      '/usr/bin/bash',
      { fileName: 'env', text: '/usr/bin/env' },
      '/usr/bin/env',
    ],
    ['in memory, and gone', undefined, { fileName: 'memfd:x', text: '/dev/fd/3' }, '/memfd:x (deleted)'],
    ['gone, by what was asked for', undefined, { fileName: 'x', text: '/dev/shm/x' }, '/dev/shm/x'],
    ['gone, a script: the file that runs it', undefined, { fileName: 'bash', text: '/opt/run.sh' }, 'bash'],
  ])('is told %s', (_, link, given, expected) => {
    expect(executableOf(link, call(given), nowhere)).toBe(expected);
  });

  it('is told by the folder that it was started in', () => {
    expect(executableOf(undefined, call({ fileName: 'x', text: './x' }), () => '/dev/shm')).toBe(
      '/dev/shm/x',
    );
  });
});

describe('the address of a connection', () => {
  const told = (family: number, high: bigint, low: bigint) => {
    const metadata = {};
    addressFacts(
      call({ numbers: { family, port: 0x050d }, exact: { address_high: high, address_low: low } }),
      metadata,
    );
    return metadata;
  };
  it('is IPv4, in the order of the network', () => {
    expect(told(2, 0x0100007fn, 0n)).toEqual({ address: '127.0.0.1', port: 3333 });
  });
  it('is IPv6 in its shortest form; IPv4 within it is IPv4', () => {
    expect(told(10, 0n, 0x0100000000000000n)).toEqual({ address: '::1', port: 3333 });
    expect(told(10, 0xc20e_00fdn, 0x5402_0000_0000_0000n)).toEqual({ address: 'fd00:ec2::254', port: 3333 });
    expect(told(10, 0n, 0x0100007fffff0000n)).toEqual({ address: '127.0.0.1', port: 3333 });
  });
  it('may be a negative number of the kernel', () => {
    expect(told(10, -1n, -1n)).toMatchObject({ address: 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff' });
  });
});

describe('the start of a process', () => {
  it('is the same from the kernel and from /proc', () => {
    const stat = `5 (a) b (c) S 1 5 5 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 2155349 1 2 3`;
    expect(startTicksIn(stat)).toBe(2_155_349);
    expect(startMs(1000, 21_553_492_667_376)).toBe(1000 + 2_155_349 * 10);
  });
});

describe("the sensor's name as an agent", () => {
  it('is readable, allowed, and its own', () => {
    expect(agentIdOf('gpu node/01', '01a21367-092d-7443-8fb3-71a259f924a7')).toBe('gpu-node-01.59f924a7');
    expect(agentIdOf('_x', '01a21367-092d-7443-8fb3-71a259f924a7')).toBe('node-_x.59f924a7');
  });
});
