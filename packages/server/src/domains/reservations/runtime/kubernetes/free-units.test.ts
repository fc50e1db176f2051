import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WorkloadType } from '../port.ts';
import { readNode, readPod, type SeenNode, type SeenPod } from './facts.ts';
import { describeNodes } from './free-units.ts';

const ns = 'gpushield-jobs';
const h100: WorkloadType = {
  gpuType: 'h100',
  kind: 'gpu',
  vendor: 'nvidia',
  gpusPerNode: 8,
  slotsPerNode: 4,
  resourceName: 'nvidia.com/gpu',
  nodeLabels: { 'gpu-type': 'h100' },
  runtimeClass: 'nvidia',
};
const cpu: WorkloadType = {
  ...h100,
  gpuType: 'cpu-x86',
  kind: 'cpu',
  vendor: 'none',
  resourceName: null,
  nodeLabels: { 'gpu-type': 'cpu-x86' },
};

const node = (more: { spec?: object; gpus?: number; type?: string } = {}): SeenNode => {
  const seen = readNode({
    metadata: { name: 'n1', labels: { 'gpu-type': more.type ?? 'h100' } },
    spec: more.spec ?? {},
    status: {
      conditions: [{ type: 'Ready', status: 'True' }],
      allocatable: { cpu: '192', memory: '2048Gi', 'nvidia.com/gpu': String(more.gpus ?? 8) },
    },
  });
  if (seen === undefined) throw new Error('The node is none');
  return seen;
};

interface Given {
  readonly namespace?: string;
  readonly labels?: object;
  readonly phase?: string;
  readonly spec: object;
}
const pod = ({ namespace = 'other', labels = {}, phase = 'Running', spec }: Given): SeenPod => {
  const seen = readPod(
    { metadata: { name: 'p', namespace, labels }, spec: { nodeName: 'n1', ...spec }, status: { phase } },
    [ns],
  );
  if (seen === undefined) throw new Error('The pod is none');
  return seen;
};
const gpus = (count: number) => ({ resources: { limits: { 'nvidia.com/gpu': String(count) } } });
const usedOf = (pods: readonly SeenPod[], type = h100): number | undefined =>
  describeNodes([node({ type: type.gpuType })], pods, [type])[0]?.pools[0]?.usedByOthers;

describe('what others hold of a node', () => {
  it('is what their bound pods ask for, by request or by limit alone', () => {
    const requests = { resources: { requests: { 'nvidia.com/gpu': '3' } } };
    expect(usedOf([pod({ spec: { containers: [requests, gpus(1)] } })])).toBe(4);
  });

  it('counts the largest init container where it is more, sidecars with everything, and overhead', () => {
    const sidecar = { ...gpus(1), restartPolicy: 'Always' };
    expect(usedOf([pod({ spec: { containers: [gpus(1)], initContainers: [gpus(4)] } })])).toBe(4);
    expect(usedOf([pod({ spec: { containers: [gpus(2)], initContainers: [sidecar, gpus(4)] } })])).toBe(5);
    expect(usedOf([pod({ spec: { containers: [gpus(2)], initContainers: [gpus(1), sidecar] } })])).toBe(3);
    const heavy = { containers: [gpus(1)], overhead: { 'nvidia.com/gpu': 1 } };
    expect(usedOf([pod({ spec: heavy })])).toBe(2);
  });

  it('has neither pods that are over, nor those of no node, nor ours', () => {
    const labels = {
      'app.kubernetes.io/managed-by': 'gpushield',
      'gpushield.io/job': '00000000-0000-4000-8000-000000000000',
    };
    const spec = { containers: [gpus(2)] };
    expect(usedOf([pod({ spec, phase: 'Succeeded' }), pod({ spec, phase: 'Failed' })])).toBe(0);
    expect(usedOf([pod({ spec: { ...spec, nodeName: '' } })])).toBe(0);
    expect(usedOf([pod({ spec, namespace: ns, labels })])).toBe(0);
    // Labels of ours elsewhere are a claim and no fact.
    expect(usedOf([pod({ spec, labels })])).toBe(2);
  });

  it('is also what CPU and memory leave no room for', () => {
    const asks = (cpuAmount: string) => ({ containers: [{ resources: { requests: { cpu: cpuAmount } } }] });
    // A tenth of the node is nobody's: what every node runs fits there.
    expect(usedOf([pod({ spec: asks('19') })])).toBe(0);
    expect(usedOf([pod({ spec: asks('20') })])).toBe(1);
    expect(usedOf([pod({ spec: asks('100') })], cpu)).toBe(2);
    expect(usedOf([pod({ spec: asks('192') })])).toBe(8);
  });

  it('is never more than there is and never less than nothing, whatever the cluster says', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.jsonValue(), (pods, spec) => {
        const seen = pods.flatMap(
          (one) => readPod({ ...Object(one), spec, metadata: { name: 'x' } }, [ns]) ?? [],
        );
        const used = usedOf(seen) ?? 0;
        expect(used).toBeGreaterThanOrEqual(0);
        expect(used).toBeLessThanOrEqual(8);
      }),
    );
  });
});

describe('a node', () => {
  it('takes no jobs while it is cordoned or has a taint that pods of jobs do not bear', () => {
    const reasonOf = (spec: object) => describeNodes([node({ spec })], [], [h100])[0]?.unschedulableReason;
    expect(reasonOf({})).toBeNull();
    expect(reasonOf({ unschedulable: true })).toBe('cordoned in the cluster');
    expect(reasonOf({ taints: [{ key: 'nvidia.com/gpu', effect: 'NoSchedule' }] })).toBeNull();
    expect(reasonOf({ taints: [{ key: 'team', effect: 'NoSchedule' }] })).toBe('tainted: team');
    expect(reasonOf({ taints: [{ key: 'team', effect: 'PreferNoSchedule' }] })).toBeNull();
  });

  it('offers its devices to one type alone, however many types of the table mean them', () => {
    const any = { ...h100, gpuType: 'any', nodeLabels: {} };
    const [seen] = describeNodes([node()], [], [any, h100, { ...any, gpuType: 'other' }]);
    expect(seen?.pools.map(({ gpuType, total }) => [gpuType, total])).toEqual([['h100', 8]]);
  });

  it('has what it can allocate, and not what the table of types says', () => {
    expect(describeNodes([node({ gpus: 7 })], [], [h100])[0]?.pools[0]?.total).toBe(7);
  });
});
