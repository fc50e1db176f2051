import type { EstimateReason, StartEstimate } from '@gpushield/contracts';
import type { GpuTypeRow } from './cluster-store.ts';
import type { ClusterView } from './cluster-view.ts';
import type { Expected } from './scheduling/forecast.ts';
import type { Pool, WaitingJob } from './scheduling/types.ts';

type Asked = Pick<WaitingJob, 'gpuType' | 'units' | 'nodes' | 'gpus' | 'durationMs'>;
const hourMs = 3_600_000;
const maxReasons = 20;
/** What a job takes from being placed to being ready, as a rule; it is added to no time, only said. */
const startUp: EstimateReason = {
  code: 'start_up',
  message: 'Being placed is not being ready: images are pulled and disks attached after that',
};

const many = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`;

/** What a node gives, by its name: a CPU type is shared out in equal slots. */
const unitOf = { gpu: 'GPU', mig: 'MIG device', cpu: 'CPU slot' } as const;

/** Why what is free in sum is not enough, in words. */
const shapeReasons = (
  pools: readonly Pool[],
  asked: Asked,
  kind: GpuTypeRow['kind'],
): readonly EstimateReason[] => {
  const open = pools.filter(({ closed }) => closed === null);
  const free = open.reduce((sum, pool) => sum + pool.free, 0);
  const total = open.reduce((sum, pool) => sum + pool.total, 0);
  const unit = unitOf[kind];
  const fitting = open.filter((pool) => pool.free >= asked.units).length;
  const largest = open.reduce((most, pool) => Math.max(most, pool.free), 0);
  const wanted = asked.units * asked.nodes;
  if (asked.nodes > 1 && fitting < asked.nodes)
    return [
      {
        code: 'whole_nodes',
        message: `${many(asked.nodes, 'node')} with ${many(asked.units, unit)} free each are needed at once; ${many(fitting, 'node')} ${fitting === 1 ? 'has' : 'have'} that`,
      },
    ];
  if (fitting === 0 && free >= wanted)
    return [
      {
        code: 'fragmentation',
        message: `${many(free, unit)} are free, but spread: no node has more than ${largest}, and ${asked.units} are needed on one`,
      },
    ];
  return free < wanted
    ? [
        {
          code: 'no_capacity',
          message: `${free === 0 ? 'None' : free} of ${many(total, unit)} ${free === 1 || free === 0 ? 'is' : 'are'} free, and ${wanted} ${wanted === 1 ? 'is' : 'are'} needed`,
        },
      ]
    : [];
};

const closedReasons = (pools: readonly Pool[]): readonly EstimateReason[] => {
  const closed = pools.filter((pool) => pool.closed !== null);
  return closed.length === 0
    ? []
    : [
        {
          code: 'maintenance',
          message: `${many(closed.length, 'node')} of this type ${closed.length === 1 ? 'takes' : 'take'} no jobs now (${closed[0]?.closed ?? ''})`,
        },
      ];
};

const reasonsOf = (view: ClusterView, asked: Asked, expected: Expected): readonly EstimateReason[] => {
  const pools = view.poolsOf(asked.gpuType);
  if (expected.quota !== undefined) return [{ code: 'quota', message: expected.quota }];
  if (expected.startMs !== null && expected.startMs <= view.state.nowMs)
    return [{ code: 'free_now', message: 'There is room now' }, startUp];
  const ahead = expected.position - 1;
  return [
    ...(ahead === 0
      ? []
      : [
          {
            code: 'ahead_in_queue' as const,
            message: `${many(ahead, 'job')} of this type ${ahead === 1 ? 'is' : 'are'} ahead`,
          },
        ]),
    ...shapeReasons(pools, asked, view.types.get(asked.gpuType)?.kind ?? 'gpu'),
    ...closedReasons(pools),
    ...expected.waitsFor.map(({ jobId, endsAtMs }) => ({
      code: 'waits_for_job' as const,
      message: `Job ${jobId.slice(0, 8)} must end, which it does by ${new Date(endsAtMs).toISOString()} unless it is extended`,
      job_id: jobId,
      at: new Date(endsAtMs).toISOString(),
    })),
    ...(expected.startMs === null ? [] : [startUp]),
  ];
};

/** An honest estimate: when, and why not before. The time is the latest that what is known allows, jobs may end early. */
export const explain = (view: ClusterView, asked: Asked, expected: Expected): StartEstimate => ({
  start_time: expected.startMs === null ? null : new Date(expected.startMs).toISOString(),
  wait_seconds:
    expected.startMs === null ? null : Math.max(0, Math.round((expected.startMs - view.state.nowMs) / 1000)),
  queue_position: expected.position,
  gpu_hours: Math.round(((asked.gpus * asked.durationMs) / hourMs) * 1000) / 1000,
  reasons: reasonsOf(view, asked, expected).slice(0, maxReasons),
});
