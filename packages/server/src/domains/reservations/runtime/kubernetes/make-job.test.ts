import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../../platform/clock.ts';
import { plainCluster } from '../../../../testing/reservations/cluster-settings.ts';
import { commandSpec } from '../../../../testing/reservations/specs.ts';
import { endLogins } from '../main-process.ts';
import { isRefusedForGood, KubeError, type KubeApi } from './api.ts';
import { readNode } from './facts.ts';
import { ensureJob } from './make-job.ts';
import type { WorkloadDeps } from './workload-deps.ts';

/** A cluster of one node that takes whatever is made, and notes it. */
const cluster = () => {
  const said: string[] = [];
  const nothing = () => Promise.reject(new Error('This is not asked here'));
  const api: KubeApi = {
    get: nothing,
    list: nothing,
    create: (path, body) => {
      const { metadata } = body as { metadata: { name: string } };
      said.push(`make ${path.split('/').at(-1) ?? ''}/${metadata.name}`);
      return Promise.resolve(body as Record<string, unknown>);
    },
    replace: nothing,
    remove: (path) => {
      said.push(`remove ${path.split('/').slice(-2).join('/')}`);
      return Promise.resolve(true);
    },
    tail: nothing,
    follow: nothing,
  };
  const node = readNode({
    metadata: { name: 'n1', labels: {} },
    status: { allocatable: { cpu: '32', memory: '64Gi' } },
  });
  const fresh = { synced: true, isFresh: () => true, stop: () => Promise.resolve() };
  const deps: WorkloadDeps = {
    api,
    settings: plainCluster,
    profile: 'restricted',
    clock: systemClock(),
    ensured: new Map(),
    watch: () => ({
      pods: { ...fresh, items: new Map() },
      nodes: { ...fresh, items: new Map(node === undefined ? [] : [['n1', node]]) },
      doorOf: () => undefined,
      podsOfJobs: new Map(),
      stop: fresh.stop,
    }),
  };
  return { deps, said };
};

describe('the door of a job', () => {
  const placements = [{ rank: 0, node: 'n1', units: 1, deviceIds: [] }];

  it('is made with it, and is gone as soon as nobody may come in any more', async () => {
    const { deps, said } = cluster();
    const spec = commandSpec(null, { placements });
    const door = `services/gs-${spec.jobId}-0`;
    await ensureJob(deps, spec);
    expect(said).toContain(`make ${door}`);
    said.length = 0;
    await ensureJob(deps, { ...spec, closed: true });
    expect(said).toContain(`remove ${door}`);
    expect(said).not.toContain(`make ${door}`);
  });
});

describe('ending the logins of a container', () => {
  const started: number[] = [];
  const directory = mkdtempSync(join(tmpdir(), 'gpushield-logins-'));
  afterEach(() => {
    for (const pid of started.splice(0)) spawnSync('kill', ['-9', String(pid)]);
    rmSync(directory, { recursive: true, force: true });
  });

  it('ends what the daemon started, and neither the daemon nor what others did', async () => {
    const script = join(directory, 'daemon.sh');
    writeFileSync(script, 'sleep 300 & echo $!\nsleep 300 & echo $!\nwhile :; do sleep 0.1; done\n');
    const child = spawn('/bin/sh', [script]);
    const other = spawn('sleep', ['300']);
    const logins: number[] = [];
    await new Promise<void>((resolve) => {
      child.stdout.on('data', (chunk: Buffer) => {
        logins.push(...chunk.toString().trim().split('\n').map(Number));
        if (logins.length === 2) resolve();
      });
    });
    const pid = child.pid ?? 0;
    started.push(pid, other.pid ?? 0, ...logins);
    spawnSync('/bin/sh', ['-c', endLogins(String(pid))]);
    const alive = (one: number): boolean =>
      !/^State:\s+Z/m.test(spawnSync('cat', [`/proc/${one}/status`]).stdout.toString()) &&
      spawnSync('kill', ['-0', String(one)]).status === 0;
    await expect.poll(() => logins.map(alive), { timeout: 10_000 }).toEqual([false, false]);
    expect([pid, other.pid ?? 0].map(alive)).toEqual([true, true]);
  });
});

describe('what a cluster forbids', () => {
  const forbids = (message: string) => isRefusedForGood(new KubeError(403, 'Forbidden', message));

  it.each([
    'pods "x" is forbidden: violates PodSecurity "restricted:latest": …',
    'pods "x" is forbidden: maximum cpu usage per Container is 2, but limit is 4',
    'pods "x" is forbidden: [minimum memory usage per Pod is 1Gi, but request is 1Mi]',
    'persistentvolumeclaims "x" is forbidden: maximum storage usage per PersistentVolumeClaim is 1Gi, but request is 2Gi',
    'pods "x" is forbidden: cpu max limit to request ratio per Container is 1, but provided ratio is 1.6',
    'pods "x" is forbidden: failed quota: compute: must specify limits.ephemeral-storage for: job',
  ])('for good is told at once: %s', (message) => {
    expect(forbids(message)).toBe(true);
  });

  it.each([
    'pods "x" is forbidden: exceeded quota: gpus, requested: requests.nvidia.com/gpu=8, used: …, limited: …',
    'pods is forbidden: User "system:serviceaccount:a:b" cannot create resource "pods"',
    'unable to create new content in namespace jobs because it is being terminated',
  ])('for now is tried again: %s', (message) => {
    expect(forbids(message)).toBe(false);
  });
});
