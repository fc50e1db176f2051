import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planPass } from './plan-pass.ts';
import type { Allowance, ClusterState, HeldJob, Pool, WaitingJob } from './types.ts';

/*
 * The scheduler played for days: types side by side (whole GPUs that are told apart, MIG devices and CPU slots that are
 * not), nodes that are closed for a while, quotas, jobs that arrive, end early, and are joined by others without end.
 */

const hourMs = 3_600_000;
interface Kind {
  readonly gpuType: string;
  readonly perNode: number;
  readonly hasIds: boolean;
  readonly most: number;
}
const kinds: readonly Kind[] = [
  { gpuType: 'h100', perNode: 8, hasIds: true, most: 8 },
  { gpuType: 'h100-mig-1g', perNode: 7, hasIds: false, most: 1 },
  { gpuType: 'cpu-x86', perNode: 4, hasIds: false, most: 1 },
];
const allowances: Readonly<Record<string, Allowance>> = {
  ann: { maxGpus: 12, maxJobs: null, priority: 0, weight: 1, groups: ['lab'] },
  bob: { maxGpus: null, maxJobs: 4, priority: 50, weight: 0.5, groups: ['lab'] },
  eve: { maxGpus: null, maxJobs: null, priority: -50, weight: 3, groups: [] },
};
const labGpus = 20;

const anyJob = fc.record({
  kind: fc.nat({ max: kinds.length - 1 }),
  units: fc.integer({ min: 1, max: 8 }),
  nodes: fc.constantFrom(1, 1, 1, 2, 3),
  user: fc.constantFrom('ann', 'bob', 'eve'),
  hours: fc.integer({ min: 1, max: 12 }),
  // Of its duration that it really runs.
  early: fc.constantFrom(0.2, 0.7, 1),
  priority: fc.integer({ min: -20, max: 20 }),
  arrives: fc.integer({ min: 0, max: 40 }),
});
type AnyJob = typeof anyJob extends fc.Arbitrary<infer T> ? T : never;
const anyCluster = fc.record({
  jobs: fc.array(anyJob, { minLength: 1, maxLength: 40 }),
  nodes: fc.integer({ min: 3, max: 5 }),
  closed: fc.array(
    fc.record({ node: fc.nat({ max: 4 }), from: fc.nat({ max: 40 }), hours: fc.nat({ max: 10 }) }),
    {
      maxLength: 3,
    },
  ),
});

interface Running extends HeldJob {
  readonly realEndMs: number;
  readonly ids: ReadonlyMap<string, readonly string[]>;
}

const waitingOf = (job: AnyJob, n: number): WaitingJob => {
  const kind = kinds[job.kind] ?? kinds[0];
  if (kind === undefined) throw new Error('no kind');
  const isGpu = kind.gpuType !== 'cpu-x86';
  // What is impossible never comes so far: submit refuses it.
  const units = Math.min(job.units, kind.most);
  const nodes = isGpu && units * job.nodes <= 12 ? job.nodes : 1;
  return {
    jobId: `j${String(n)}`,
    userId: job.user,
    gpuType: kind.gpuType,
    units,
    nodes,
    gpus: isGpu ? units * nodes : 0,
    durationMs: job.hours * hourMs,
    priority: job.priority,
    createdAtMs: job.arrives * hourMs,
  };
};

/** What the nodes have free beside what runs: counted here anew, not by what the scheduler believes. */
const poolsBeside = (
  running: readonly Running[],
  nodes: number,
  closedNow: ReadonlySet<number>,
): readonly Pool[] =>
  kinds.flatMap(({ gpuType, perNode, hasIds }) =>
    Array.from({ length: nodes }, (_, n) => {
      const node = `${gpuType}-${String(n)}`;
      const mine = running.filter((job) => job.gpuType === gpuType);
      const used = mine.flatMap(({ parts }) => parts.filter((part) => part.node === node));
      const ids = mine.flatMap((job) => job.ids.get(node) ?? []);
      expect(new Set(ids).size).toBe(ids.length);
      const free = perNode - used.reduce((sum, { units }) => sum + units, 0);
      expect(free).toBeGreaterThanOrEqual(0);
      return {
        node,
        gpuType,
        total: perNode,
        free,
        freeIds: hasIds
          ? Array.from({ length: perNode }, (__, id) => String(id)).filter((id) => !ids.includes(id))
          : null,
        closed: closedNow.has(n) ? 'cordoned' : null,
        maintenanceFromMs: null,
      };
    }),
  );

const heldBy = (running: readonly Running[], isOf: (user: string) => boolean) => {
  const own = running.filter(({ userId }) => isOf(userId));
  return { jobs: own.length, gpus: own.reduce((sum, { gpus }) => sum + gpus, 0) };
};

describe('days of scheduling', () => {
  it('oversubscribe nothing, hand no device out twice, keep quotas, start jobs whole, and let everybody in', () => {
    fc.assert(
      fc.property(anyCluster, ({ jobs, nodes, closed }) => {
        const all = jobs.map(waitingOf);
        let running: readonly Running[] = [];
        const started = new Set<string>();
        // Quotas hold some up: long after the last arrival everybody had their turn all the same.
        for (let hour = 0; hour < 1_000 && started.size < all.length; hour += 1) {
          const nowMs = hour * hourMs;
          running = running.filter(({ realEndMs }) => realEndMs > nowMs);
          const closedNow = new Set(
            closed.filter(({ from, hours }) => from <= hour && hour < from + hours).map(({ node }) => node),
          );
          const waiting = all.filter(({ jobId, createdAtMs }) => createdAtMs <= nowMs && !started.has(jobId));
          const state: ClusterState = {
            nowMs,
            pools: poolsBeside(running, nodes, closedNow),
            held: running,
            waiting,
            allowanceOf: (user) =>
              allowances[user] ?? { maxGpus: null, maxJobs: null, priority: 0, weight: 1, groups: [] },
            groups: new Map([['lab', { maxGpus: labGpus, maxJobs: null }]]),
            usedGpuHours: new Map([['eve', 10 * hour]]),
          };
          for (const { jobId, parts } of planPass(state)) {
            const job = waiting.find((one) => one.jobId === jobId);
            const index = all.findIndex((one) => one.jobId === jobId);
            expect(job, `${jobId} did not wait`).toBeDefined();
            if (job === undefined) continue;
            expect(parts).toHaveLength(job.nodes);
            expect(new Set(parts.map(({ node }) => node)).size).toBe(job.nodes);
            for (const { node, units, deviceIds } of parts) {
              expect({ node: node.startsWith(job.gpuType), units }).toEqual({ node: true, units: job.units });
              expect(deviceIds).toHaveLength(job.gpuType === 'h100' ? units : 0);
              expect(closedNow.has(Number(node.at(-1)))).toBe(false);
            }
            started.add(jobId);
            running = [
              ...running,
              {
                ...job,
                parts,
                ids: new Map(parts.map(({ node, deviceIds }) => [node, deviceIds])),
                endsAtMs: nowMs + job.durationMs,
                realEndMs: nowMs + job.durationMs * (jobs[index]?.early ?? 1),
              },
            ];
          }
          poolsBeside(running, nodes, closedNow);
          expect(heldBy(running, (user) => user === 'ann').gpus).toBeLessThanOrEqual(12);
          expect(heldBy(running, (user) => user === 'bob').jobs).toBeLessThanOrEqual(4);
          expect(heldBy(running, (user) => user !== 'eve').gpus).toBeLessThanOrEqual(labGpus);
        }
        expect(all.filter(({ jobId }) => !started.has(jobId)).map((job) => job)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it('starts whoever fits: no job waits in front of room that nobody before it needs', () => {
    fc.assert(
      fc.property(
        fc.array(anyJob, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 3, max: 5 }),
        (jobs, nodes) => {
          const waiting = jobs.map(waitingOf).map((job) => ({ ...job, userId: 'eve', createdAtMs: 0 }));
          const pools = poolsBeside([], nodes, new Set());
          const state: ClusterState = {
            nowMs: 0,
            pools,
            held: [],
            waiting,
            allowanceOf: () => ({ maxGpus: null, maxJobs: null, priority: 0, weight: 1, groups: [] }),
            groups: new Map(),
            usedGpuHours: new Map(),
          };
          const plan = planPass(state);
          // In an empty cluster with everybody of the same length, the first of each type always start.
          for (const { gpuType } of kinds) {
            const queue = waiting.filter((job) => job.gpuType === gpuType);
            if (queue.length > 0)
              expect(plan.some(({ jobId }) => queue.some((job) => job.jobId === jobId))).toBe(true);
          }
          // What one node has left after the plan is too little for any single-node job that is shorter than those before it.
          const left = new Map(pools.map(({ node, total }) => [node, total]));
          for (const { parts } of plan)
            for (const { node, units } of parts) left.set(node, (left.get(node) ?? 0) - units);
          const started = new Set(plan.map(({ jobId }) => jobId));
          const single = waiting.filter(
            ({ jobId, nodes: wanted, gpuType }) => wanted === 1 && !started.has(jobId) && gpuType !== 'h100',
          );
          for (const { gpuType, units } of single)
            for (const [node, free] of left)
              if (node.startsWith(`${gpuType}-`)) expect(free).toBeLessThan(units);
        },
      ),
      { numRuns: 100 },
    );
  });
});
