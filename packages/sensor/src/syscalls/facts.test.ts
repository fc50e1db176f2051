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

describe('the pod of a process', () => {
  const uid = '0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f';
  const flat = uid.replaceAll('-', '_');
  const other = 'ffffffff-0a1b-0a1b-0a1b-0a1b2c3d4e5f';
  const scope = `cri-containerd-${id}.scope`;
  it.each([
    ['guaranteed', `0::/kubepods.slice/kubepods-pod${flat}.slice/${scope}`],
    ['burstable', `0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${flat}.slice/${scope}`],
    [
      'best effort',
      `0::/kubepods.slice/kubepods-besteffort.slice/kubepods-besteffort-pod${flat}.slice/${scope}`,
    ],
    ['CRI-O', `0::/kubepods.slice/kubepods-pod${flat}.slice/crio-${id}.scope/container`],
    ['Docker', `0::/kubepods.slice/kubepods-pod${flat}.slice/docker-${id}.scope`],
    ['no container yet', `0::/kubepods.slice/kubepods-pod${flat}.slice`],
    ['systemd, version 1', `11:memory:/kubepods.slice/kubepods-pod${flat}.slice/${scope}`],
    [
      'containerd without its systemd setting',
      `0::/system.slice/containerd.service/kubepods-burstable-pod${flat}.slice:cri-containerd:${id}`,
    ],
    [
      'kind with systemd',
      `0::/system.slice/docker-${id}.scope/kubelet.slice/kubelet-kubepods.slice/kubelet-kubepods-burstable.slice/kubelet-kubepods-burstable-pod${flat}.slice/${scope}`,
    ],
    ['kind with cgroupfs', `0::/docker/${id}/kubelet/kubepods/burstable/pod${uid}/${id}`],
    ['cgroupfs, guaranteed', `4:cpu,cpuacct:/kubepods/pod${uid}/${id}`],
    ['cgroupfs, burstable', `0::/kubepods/burstable/pod${uid}/${id}`],
    ['cgroupfs, Kata', `0::/kubepods/besteffort/pod${uid}/kata_${id}`],
    ['a sensor in a pod of its own, systemd', `0::/../../kubepods-besteffort-pod${flat}.slice/${scope}`],
    ['a sensor in a pod of its own, cgroupfs', `0::/../../pod${uid}/${id}`],
    ['another hierarchy that says nothing first', `12:pids:/\n1:name=systemd:/kubepods/pod${uid}/${id}`],
    ['a process that made another pod below', `0::/kubepods/pod${uid}/${id}/kubepods/pod${other}`],
  ])('is told: %s', (_, text) => {
    expect(placeIn(`${text}\n`).pod).toBe(uid);
  });

  it('is told of a static pod by the hash that the kubelet names it after', () => {
    const hash = '0123456789abcdef0123456789abcdef';
    expect(placeIn(`0::/kubepods/burstable/pod${hash}/${id}\n`).pod).toBe(hash);
  });

  it.each([
    [
      'what a user made where groups are handed over',
      `0::/user.slice/user-1000.slice/user@1000.service/kubepods/pod${uid}/x`,
    ],
    [
      'the same, systemd on version 1',
      `1:name=systemd:/user.slice/user-1000.slice/user@1000.service/kubepods-pod${flat}.slice`,
    ],
    ['below a job of this host', `0::/gpushield-jobs/gpushield-job-7f3a/kubepods/pod${uid}`],
    ['a folder of another program', `0::/machine.slice/pod${uid}`],
    ['within a longer name', `0::/kubepods/mypod${uid}/x`],
    ['behind the name of a pod', `0::/kubepods/pod${uid}x/x`],
    ['of letters that no UID has', `0::/kubepods/pod${uid.replace('a', 'g')}/x`],
    ['in another case', `0::/kubepods/pod${uid.toUpperCase()}/x`],
    ['too short', `0::/kubepods/pod${uid.slice(1)}/x`],
    ['cut in the middle', `0::/kubepods.slice/kubepods-pod${flat.slice(0, 20)}`],
    ['in the names of controllers', `4:kubepods-pod${flat}.slice:/`],
  ])('is not told by %s', (_, text) => {
    expect(placeIn(`${text}\n`).pod).toBeUndefined();
  });

  it('comes with the job that a server within it runs, and no user makes up a job', () => {
    expect(placeIn(`0::/kubepods/pod${uid}/${id}/gpushield-jobs/gpushield-job-7f3a\n`)).toEqual({
      containerId: id,
      pod: uid,
      jobId: '7f3a',
    });
    expect(placeIn('0::/gpushield-jobs/gpushield-job-7f3a/gpushield-job-9\n')).toEqual({ jobId: '7f3a' });
    expect(placeIn('0::/user.slice/user-1.slice/user@1.service/gpushield-job-7f3a\n')).toEqual({});
    expect(placeIn('0::/x/not-gpushield-job-7f3a\n')).toEqual({});
  });

  it('reads a hostile path in no time', () => {
    const long = `0::/${'a-'.repeat(2_000)}kubepods-pod${'0'.repeat(4_000)}/${'/'.repeat(4_000)}\n`;
    expect(placeIn(long.repeat(64))).toEqual({});
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
