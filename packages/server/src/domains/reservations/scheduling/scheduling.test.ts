import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { summarize } from './availability.ts';
import { forecast } from './forecast.ts';
import { planPass } from './plan-pass.ts';
import type { Allowance, ClusterState, HeldJob, Placed, Pool, WaitingJob } from './types.ts';

const hourMs = 3_600_000;
const free: Allowance = { maxGpus: null, maxJobs: null, priority: 0, weight: 1, groups: [] };

const pool = (node: string, total = 8, more: Partial<Pool> = {}): Pool => ({
  node,
  gpuType: 'h100',
  total,
  free: total,
  freeIds: null,
  closed: null,
  maintenanceFromMs: null,
  ...more,
});
const waiting = (jobId: string, units: number, more: Partial<WaitingJob> = {}): WaitingJob => ({
  jobId,
  userId: 'ann',
  gpuType: 'h100',
  units,
  nodes: 1,
  gpus: units * (more.nodes ?? 1),
  durationMs: hourMs,
  priority: 0,
  createdAtMs: 0,
  ...more,
});
const state = (more: Partial<ClusterState>): ClusterState => ({
  nowMs: 0,
  pools: [],
  held: [],
  waiting: [],
  allowanceOf: () => free,
  groups: new Map(),
  usedGpuHours: new Map(),
  ...more,
});
const startedBy = (plan: readonly Placed[]): readonly string[] => plan.map(({ jobId }) => jobId);

const anyPools = fc
  .array(
    fc.record({
      total: fc.integer({ min: 1, max: 8 }),
      used: fc.integer({ min: 0, max: 8 }),
      closed: fc.boolean(),
    }),
    {
      maxLength: 12,
    },
  )
  .map((nodes) =>
    nodes.map(({ total, used, closed }, n) =>
      pool(`n${n}`, total, { free: Math.max(0, total - used), closed: closed ? 'cordoned' : null }),
    ),
  );
const anyWaiting = fc
  .array(
    fc.record({
      units: fc.integer({ min: 1, max: 9 }),
      nodes: fc.integer({ min: 1, max: 4 }),
      user: fc.constantFrom('ann', 'bob', 'eve'),
      priority: fc.integer({ min: -100, max: 100 }),
      hours: fc.integer({ min: 1, max: 24 }),
    }),
    { maxLength: 30 },
  )
  .map((jobs) =>
    jobs.map(({ units, nodes, user, priority, hours }, n) =>
      waiting(`j${n}`, units, { nodes, userId: user, priority, durationMs: hours * hourMs, createdAtMs: n }),
    ),
  );

describe('a scheduling pass', () => {
  it('never gives more of a node than is free there, nothing of a closed one, and several nodes all or none', () => {
    fc.assert(
      fc.property(anyPools, anyWaiting, (pools, jobs) => {
        const left = new Map(
          pools.map(({ node, free: units, closed }) => [node, closed === null ? units : 0]),
        );
        for (const { jobId, parts } of planPass(state({ pools, waiting: jobs }))) {
          const job = jobs.find((one) => one.jobId === jobId);
          expect(parts).toHaveLength(job?.nodes ?? -1);
          expect(new Set(parts.map(({ node }) => node)).size).toBe(parts.length);
          for (const { node, units } of parts) {
            expect(units).toBe(job?.units);
            left.set(node, (left.get(node) ?? 0) - units);
          }
        }
        for (const units of left.values()) expect(units).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('starves nobody: a job of whole nodes starts although small ones keep coming', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 2, max: 6 }), (nodes, smallHours) => {
        const pools = Array.from({ length: 3 }, (_, n) => pool(`n${n}`));
        let held: HeldJob[] = [];
        let queue: WaitingJob[] = [waiting('big', 8, { nodes, userId: 'big', createdAtMs: 1 })];
        for (let hour = 0; hour < 200; hour += 1) {
          const nowMs = hour * hourMs;
          held = held.filter(({ endsAtMs }) => endsAtMs > nowMs);
          const small = Array.from({ length: 12 }, (_, n) =>
            waiting(`s${hour}-${n}`, 2, {
              userId: `u${n}`,
              priority: 20,
              durationMs: smallHours * hourMs,
              createdAtMs: nowMs,
            }),
          );
          queue = [...queue, ...small];
          const used = new Map<string, number>();
          for (const { parts } of held)
            for (const { node, units } of parts) used.set(node, (used.get(node) ?? 0) + units);
          const now = pools.map((one) => ({ ...one, free: one.total - (used.get(one.node) ?? 0) }));
          const plan = planPass(state({ nowMs, pools: now, held, waiting: queue }));
          if (startedBy(plan).includes('big')) return;
          for (const { jobId, parts } of plan) {
            const job = queue.find((one) => one.jobId === jobId);
            if (job !== undefined)
              held.push({
                jobId,
                userId: job.userId,
                gpuType: 'h100',
                gpus: job.gpus,
                parts,
                endsAtMs: nowMs + job.durationMs,
              });
          }
          queue = queue.filter(({ jobId }) => !startedBy(plan).includes(jobId));
        }
        throw new Error('the job of whole nodes never started');
      }),
      { numRuns: 12 },
    );
  });

  it('lets a short job pass the first in line, and a long one only where it takes none of its nodes', () => {
    const held: HeldJob[] = [
      {
        jobId: 'h',
        userId: 'x',
        gpuType: 'h100',
        gpus: 4,
        parts: [{ node: 'a', units: 4 }],
        endsAtMs: 2 * hourMs,
      },
    ];
    const pools = [pool('a', 8, { free: 4 })];
    const first = waiting('first', 8, { createdAtMs: -10 });
    const long = waiting('long', 2, { durationMs: 3 * hourMs });
    const short = waiting('short', 2, { durationMs: 2 * hourMs, createdAtMs: 1 });
    expect(startedBy(planPass(state({ pools, held, waiting: [first, long, short] })))).toEqual(['short']);
    const beside = [...pools, pool('b', 4)];
    expect(planPass(state({ pools: beside, held, waiting: [first, long] }))).toEqual([
      { jobId: 'long', parts: [{ node: 'b', units: 2, deviceIds: [] }] },
    ]);
  });

  it('keeps whole nodes whole, hands out each device once, and keeps jobs off a node that is maintained soon', () => {
    const pools = [pool('whole'), pool('partly', 8, { free: 2, freeIds: ['6', '7'] })];
    const plan = planPass(state({ pools, waiting: [waiting('a', 1), waiting('b', 1, { createdAtMs: 1 })] }));
    expect(plan.map(({ parts }) => parts[0])).toEqual([
      { node: 'partly', units: 1, deviceIds: ['6'] },
      { node: 'partly', units: 1, deviceIds: ['7'] },
    ]);
    const maintained = [pool('soon', 8, { maintenanceFromMs: hourMs / 2 })];
    expect(planPass(state({ pools: maintained, waiting: [waiting('a', 1)] }))).toEqual([]);
  });

  it('runs nothing into a maintenance, and lets in whatever is over before it', () => {
    const maintained = fc.array(fc.option(fc.integer({ min: 0, max: 30 })), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(maintained, anyWaiting, (hours, jobs) => {
        const pools = hours.map((hour, n) =>
          pool(`n${n}`, 8, { maintenanceFromMs: hour === null ? null : hour * hourMs }),
        );
        const plan = planPass(state({ pools, waiting: jobs }));
        const left = new Map(pools.map(({ node }) => [node, 8]));
        for (const { jobId, parts } of plan) {
          const endsMs = jobs.find((one) => one.jobId === jobId)?.durationMs ?? Number.POSITIVE_INFINITY;
          for (const { node, units } of parts) {
            const fromMs = pools.find((one) => one.node === node)?.maintenanceFromMs ?? null;
            expect(endsMs).toBeLessThanOrEqual(fromMs ?? Number.POSITIVE_INFINITY);
            left.set(node, (left.get(node) ?? 0) - units);
          }
        }
        // The maintenance holds nobody up for whom another node, or the time before it, is enough.
        if (plan.length > 0) return;
        for (const { units, nodes, durationMs } of jobs) {
          const fitting = pools.filter(
            ({ maintenanceFromMs: fromMs }) => units <= 8 && (fromMs === null || durationMs <= fromMs),
          );
          expect(fitting.length).toBeLessThan(nodes);
        }
      }),
    );
  });

  it('holds users and groups to their quotas without holding up the others', () => {
    const allowanceOf = (userId: string): Allowance =>
      userId === 'ann'
        ? { ...free, maxGpus: 4, groups: ['lab'] }
        : { ...free, groups: userId === 'bob' ? ['lab'] : [] };
    const plan = planPass(
      state({
        pools: [pool('a'), pool('b')],
        waiting: [
          waiting('1', 4),
          waiting('2', 1, { createdAtMs: 1 }),
          waiting('3', 3, { userId: 'bob', createdAtMs: 2 }),
          waiting('4', 1, { userId: 'eve', createdAtMs: 3 }),
        ],
        allowanceOf,
        groups: new Map([['lab', { maxGpus: 6, maxJobs: null }]]),
      }),
    );
    expect(startedBy(plan)).toEqual(['1', '4']);
  });

  it('prefers who used less lately, and priority above both', () => {
    const jobs = [waiting('heavy', 8), waiting('light', 8, { userId: 'bob', createdAtMs: 1 })];
    const usedGpuHours = new Map([['ann', 100]]);
    expect(startedBy(planPass(state({ pools: [pool('a')], waiting: jobs, usedGpuHours })))).toEqual([
      'light',
    ]);
    const urgent = [{ ...waiting('urgent', 8), priority: 50 }, ...jobs.slice(1)];
    expect(startedBy(planPass(state({ pools: [pool('a')], waiting: urgent, usedGpuHours })))).toEqual([
      'urgent',
    ]);
  });
});

describe('a forecast', () => {
  it('never lies early: played to the full durations, no job starts before the pools have room for it', () => {
    fc.assert(
      fc.property(anyPools, anyWaiting, (pools, jobs) => {
        const result = forecast(state({ pools, waiting: jobs }));
        const starts = jobs.flatMap((job) => {
          const startMs = result.jobs.get(job.jobId)?.startMs ?? null;
          return startMs === null ? [] : [{ job, startMs }];
        });
        const capacity = pools.reduce(
          (sum, { free: units, closed }) => sum + (closed === null ? units : 0),
          0,
        );
        for (const { startMs } of starts) {
          const running = starts.filter(
            (other) => other.startMs <= startMs && other.startMs + other.job.durationMs > startMs,
          );
          expect(running.reduce((sum, { job }) => sum + job.units * job.nodes, 0)).toBeLessThanOrEqual(
            capacity,
          );
        }
      }),
    );
  });

  it('names the jobs that must end, the position, and says nothing where nothing can be said', () => {
    const held: HeldJob[] = [
      {
        jobId: 'h1',
        userId: 'x',
        gpuType: 'h100',
        gpus: 8,
        parts: [{ node: 'a', units: 8 }],
        endsAtMs: hourMs,
      },
    ];
    const pools = [pool('a', 8, { free: 0 })];
    const result = forecast(
      state({ pools, held, waiting: [waiting('w', 8), waiting('never', 9, { createdAtMs: 1 })] }),
    );
    expect(result.jobs.get('w')).toEqual({
      position: 1,
      startMs: hourMs,
      waitsFor: [{ jobId: 'h1', endsAtMs: hourMs }],
      quota: undefined,
    });
    expect(result.jobs.get('never')).toMatchObject({ position: 2, startMs: null });
    const newcomer = { gpuType: 'h100', units: 8, nodes: 1, userId: 'ann', gpus: 8 };
    expect(result.ofNewcomer(newcomer)).toMatchObject({ position: 3, startMs: 2 * hourMs });
  });

  it('puts who came after it was made at the end of the line, once', () => {
    const newcomer = { gpuType: 'h100', units: 8, nodes: 1, userId: 'ann', gpus: 8 };
    const result = forecast(state({ pools: [pool('a')] }));
    for (const [n, jobId] of ['first', 'second', 'third'].entries()) {
      expect(result.ofNewcomer(newcomer)).toMatchObject({ position: n + 1, startMs: n * hourMs });
      result.admit({ ...newcomer, jobId, durationMs: hourMs });
      result.admit({ ...newcomer, jobId, durationMs: hourMs });
      expect(result.jobs.get(jobId)).toMatchObject({ position: n + 1, startMs: n * hourMs });
    }
  });
});

describe('availability', () => {
  it('tells eight free GPUs on eight nodes from eight on one', () => {
    const spread = Array.from({ length: 8 }, (_, n) => pool(`n${n}`, 8, { free: 1 }));
    expect(summarize(spread, new Map(), new Map())['h100']).toMatchObject({
      total: 64,
      available: 8,
      largest_free: 1,
      free_whole_nodes: 0,
      max_per_node: 8,
    });
  });
});
