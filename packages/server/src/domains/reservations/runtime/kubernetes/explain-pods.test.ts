import { describe, expect, it } from 'vitest';
import { readPod, type SeenPod } from './facts.ts';
import { explainPods, oomKills } from './explain-pods.ts';

const ns = 'gpushield-jobs';
const id = '00000000-0000-4000-8000-000000000000';
const at = '2026-01-01T00:00:00Z';
const nowMs = Date.parse(at) + 1_000;
const early = { nowMs, patienceMs: 60_000 };
const late = { nowMs: nowMs + 60_000, patienceMs: 60_000 };

interface Given {
  readonly rank?: number;
  readonly world?: number;
  readonly meta?: object;
  readonly node?: string;
  readonly status?: object;
}
const pod = ({ rank = 0, world = 1, meta = {}, node = 'n1', status = {} }: Given = {}): SeenPod => {
  const labels = {
    'app.kubernetes.io/managed-by': 'gpushield',
    'gpushield.io/job': id,
    'gpushield.io/rank': String(rank),
  };
  const annotations = { 'gpushield.io/node': 'n1', 'gpushield.io/world-size': String(world) };
  const seen = readPod(
    {
      metadata: { name: `p${rank}`, namespace: ns, labels, annotations, creationTimestamp: at, ...meta },
      spec: { nodeName: node },
      status,
    },
    [ns],
  );
  if (seen === undefined) throw new Error('The pod is none');
  return seen;
};
const container = (state: object, more: object = {}) => ({
  containerStatuses: [{ image: 'reg/img:1', state, ...more }],
});
const waiting = (reason: string, message = '') => ({
  phase: 'Pending',
  ...container({ waiting: { reason, message } }),
});
const ended = (exitCode: number, reason = 'Error') => ({
  phase: exitCode === 0 ? 'Succeeded' : 'Failed',
  ...container({ terminated: { exitCode, reason, finishedAt: at } }),
});
const ready = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
const explain = (given: Given, patience = early) => explainPods([pod(given)], patience);

describe('a pod in words', () => {
  it('runs when its probe answered, and not because it is called Running', () => {
    expect(explain({ status: ready })).toEqual({ kind: 'running' });
    expect(explain({ status: { phase: 'Running' } })).toMatchObject({ kind: 'starting' });
  });

  it('whose image cannot be pulled is waited for, and fails at once where waiting brings nothing', () => {
    const status = waiting('ImagePullBackOff', 'back-off');
    expect(explain({ status })).toMatchObject({ kind: 'starting' });
    expect(explain({ status }, late)).toMatchObject({
      kind: 'failed',
      requeue: false,
      reason: 'The image reg/img:1 could not be pulled (ImagePullBackOff): back-off',
    });
    for (const now of [waiting('ErrImagePull', 'manifest unknown'), waiting('InvalidImageName')])
      expect(explain({ status: now })).toMatchObject({ kind: 'failed' });
  });

  it('without a place goes back into the queue when patience is over', () => {
    const conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/2 nodes: Insufficient nvidia.com/gpu',
        lastTransitionTime: at,
      },
    ];
    const given = { node: '', status: { phase: 'Pending', conditions } };
    expect(explain(given)).toMatchObject({ kind: 'starting' });
    expect(explain(given, late)).toEqual({
      kind: 'failed',
      requeue: true,
      reason: 'n1 has no room for it: 0/2 nodes: Insufficient nvidia.com/gpu',
    });
  });

  it('ends with its exit code, or says that memory ran out', () => {
    expect(explain({ status: ended(0, 'Completed') })).toEqual({ kind: 'ended', exitCode: 0 });
    expect(explain({ status: ended(3) })).toEqual({ kind: 'ended', exitCode: 3 });
    const killed = pod({ status: ended(137, 'OOMKilled') });
    expect(explainPods([killed], early)).toMatchObject({ kind: 'failed', requeue: false });
    expect(oomKills([killed])).toEqual({ count: 1, lastMs: Date.parse(at) });
  });

  it.each([
    ['Evicted', 'The node was low on resource: memory', 'It was evicted from n1: The node was low'],
    ['OutOfnvidia.com/gpu', 'Requested: 2', 'n1 could not keep it (OutOfnvidia.com/gpu): Requested: 2'],
    ['NodeShutdown', '', 'n1 could not keep it (NodeShutdown)'],
  ])('that its node gave up for %s may start elsewhere', (reason, message, words) => {
    const state = explain({ status: { phase: 'Failed', reason, message } });
    expect(state).toMatchObject({ kind: 'failed', requeue: true });
    expect(state).toHaveProperty('reason', expect.stringContaining(words));
  });

  it('that is being deleted is ending, and nothing is concluded from it', () => {
    expect(explain({ meta: { deletionTimestamp: at }, status: ready })).toEqual({ kind: 'ending' });
  });

  it('shows no control characters of what the cluster says', () => {
    const state = explain({ status: waiting('InvalidImageName', 'a\u001b[31mb\nc') });
    expect(state).toHaveProperty('reason', expect.stringMatching(/a \[31mb c$/));
  });
});

describe('a job of several pods', () => {
  const two = (first: Given, second: Given, patience = early) =>
    explainPods([pod({ ...first, world: 2 }), pod({ ...second, rank: 1, world: 2 })], patience);

  it('runs when all run, and has failed when one has', () => {
    expect(two({ status: ready }, { status: ready })).toEqual({ kind: 'running' });
    expect(two({ status: ready }, { status: { phase: 'Running' } })).toMatchObject({ kind: 'starting' });
    expect(two({ status: ready }, { status: ended(1) })).toEqual({ kind: 'ended', exitCode: 1 });
  });

  it('ends with rank 0, and not when another rank ends well', () => {
    expect(two({ status: ended(0) }, { status: ready })).toEqual({ kind: 'ended', exitCode: 0 });
    expect(two({ status: ready }, { status: ended(0) })).toEqual({ kind: 'running' });
  });

  it('of which a part is missing is being made, and later gone', () => {
    const one = [pod({ world: 2, status: ready })];
    expect(explainPods(one, early)).toMatchObject({ kind: 'starting' });
    expect(explainPods(one, late)).toMatchObject({ kind: 'failed', requeue: true });
  });
});
