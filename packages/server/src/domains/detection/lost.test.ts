import { describe, expect, it } from 'vitest';
import { createDetectorModel } from './detectors/index.ts';
import { picture } from './detectors/picture.ts';
import { findLost } from './lost.ts';
import { addGpu, freshState, newGpuMemory, type NodeMemory } from './node-memory.ts';
import { createStepper, type Finding } from './step-record.ts';
import { gateOf } from './switches.ts';

const stepper = createStepper(createDetectorModel());
const gate = gateOf({ switches: new Map(), maintenance: new Map() }, stepper.model.detectors, 0.7, '', '');
const nowMs = Date.UTC(2026, 0, 5);

/** A node of two GPUs, of which one was last heard of some seconds ago. */
const nodeWith = (silentS: number, observedS = 3600): NodeMemory => {
  const node: NodeMemory = {
    nodeId: 'n',
    token: '',
    gpus: new Map(),
    latestMs: nowMs,
    latestGpu: 'a',
    sharedUntilMs: 0,
    writeAtMs: 0,
    untold: [],
  };
  for (const [gpuId, lastMs] of [
    ['a', nowMs],
    ['b', nowMs - silentS * 1000],
  ] as const) {
    const state = freshState(stepper.model, stepper.stateLength);
    state[picture.lastMs] = lastMs;
    state[picture.observedS] = observedS;
    state[picture.intervalS] = 10;
    addGpu(node, newGpuMemory(gpuId, state, 0));
  }
  return node;
};

const find = (
  node: NodeMemory,
  more: { nowMs?: number; heardBeforeMs?: number } = {},
): readonly Finding[] => {
  const findings: Finding[] = [];
  findLost(node, { stepper, gateFor: () => gate, nowMs, heardBeforeMs: 1000, ...more }, findings);
  return findings;
};

describe('a GPU that falls silent while its neighbours speak', () => {
  it('is told of once, and told of again when it is back', () => {
    const node = nodeWith(300);
    expect(find(node)).toMatchObject([{ gpuId: 'b', turn: 'began', detector: 'gpu_lost' }]);
    expect(find(node)).toEqual([]);
    const state = node.gpus.get('b')?.state;
    if (state !== undefined) state[picture.lastMs] = nowMs + 10_000;
    node.latestMs = nowMs + 10_000;
    expect(find(node)).toMatchObject([{ gpuId: 'b', turn: 'ended' }]);
  });

  it.each([
    ['was silent for a minute only', nodeWith(60), {}],
    ['was hardly known', nodeWith(300, 60), {}],
    ['may still come, since the node sends its past', nodeWith(300), { nowMs: nowMs + 3_600_000 }],
    ['was heard of by this server a moment ago', nodeWith(300), { heardBeforeMs: -1 }],
  ])('is not, where it %s', (_why, node, more) => {
    expect(find(node, more)).toEqual([]);
  });
});
