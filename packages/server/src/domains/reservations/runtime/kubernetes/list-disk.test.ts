import type { ServerResponse } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { plainCluster } from '../../../../testing/reservations/cluster-settings.ts';
import { startFakeKube, type FakeKube } from '../../../../testing/reservations/fake-kube.ts';
import { createKubernetesDisks } from './disks.ts';

const createdMs = Date.parse('2026-01-01T00:00:00Z');
const disk = { diskId: '00000000-0000-4000-8000-000000000001', userId: 'u', sizeGb: 1 };
const snapshot = '00000000-0000-4000-8000-000000000002';
const name = `gs-look-${snapshot}`;
const pod = (status: object) => ({
  metadata: { name, namespace: 'jobs', creationTimestamp: '2026-01-01T00:00:00Z' },
  spec: { nodeName: 'n1' },
  status,
});

const isThere = (response: ServerResponse) => {
  response.statusCode = 409;
  return { kind: 'Status', reason: 'AlreadyExists', message: 'it is there' };
};

let cluster: FakeKube;
let nowMs = createdMs;
beforeEach(async () => {
  nowMs = createdMs;
  cluster = await startFakeKube(() => ({}));
});
afterEach(() => cluster.stop());
const list = () =>
  createKubernetesDisks({
    api: cluster.api,
    settings: plainCluster,
    clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
  }).listContent(disk, snapshot, 1_000);

describe('the listing of a disk in a cluster', () => {
  it('is what its pod wrote, which is removed then', async () => {
    let phase = 'Pending';
    cluster.answer = ({ method, url = '' }, response) => {
      if (url.includes('/log')) return void response.end('.\nfile\n');
      return method === 'POST' && phase !== 'Pending' ? isThere(response) : pod({ phase });
    };
    expect(await list()).toMatchObject({ kind: 'pending' });
    phase = 'Succeeded';
    expect(await list()).toEqual({ kind: 'done', content: '.\nfile\n' });
    expect(cluster.asked.at(-1)).toMatch(new RegExp(`^DELETE .*/pods/${name}`));
  });

  it('is none where the cluster lets no such pod in, or its pod takes too long', async () => {
    cluster.answer = (_request, response) => {
      response.statusCode = 403;
      return { kind: 'Status', reason: 'Forbidden', message: 'exceeded quota' };
    };
    expect(await list()).toEqual({ kind: 'done', content: null });
    cluster.answer = () => pod({ phase: 'Running', containerStatuses: [] });
    nowMs = createdMs + 3_600_000;
    expect(await list()).toEqual({ kind: 'done', content: null });
  });

  it('is asked for again where the cluster could not be asked: its pod is not forgotten', async () => {
    cluster.answer = ({ method }, response) => {
      if (method === 'POST') return isThere(response);
      response.statusCode = 404;
      return { kind: 'Status', reason: 'NotFound', message: 'gone meanwhile' };
    };
    await expect(list()).rejects.toThrow('gone meanwhile');
  });

  it('leaves no pod behind its snapshot', async () => {
    const disks = createKubernetesDisks({
      api: cluster.api,
      settings: plainCluster,
      clock: { nowMs: () => nowMs, monotonicMs: () => nowMs },
    });
    await disks.removeSnapshot(disk, snapshot);
    expect(cluster.asked).toContainEqual(expect.stringMatching(new RegExp(`^DELETE .*/pods/${name}`)));
  });
});
