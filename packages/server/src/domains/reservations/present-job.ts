import type { JobDetail, JobEvent, JobSummary, StartEstimate } from '@gpushield/contracts';
import type { ClusterView } from './cluster-view.ts';
import { explain } from './explain.ts';
import { gpuSecondsOf, warningMinutes } from './life.ts';
import type { AllocationRow, JobRow } from './types.ts';

const textOf = (date: Date | null): string | null => date?.toISOString() ?? null;
const hoursOf = (seconds: number): number => Math.round((seconds / 3600) * 10_000) / 10_000;

/** The estimate of a job that waits; null for one that does not. */
export const estimateOf = (row: JobRow, view: ClusterView | undefined): StartEstimate | null => {
  const expected = row.status === 'queued' ? view?.forecast().jobs.get(row.id) : undefined;
  if (view === undefined || expected === undefined) return null;
  return explain(
    view,
    {
      gpuType: row.gpu_type,
      units: row.units,
      nodes: row.nodes,
      gpus: row.gpu_count * row.nodes,
      durationMs: row.duration_seconds * 1000,
    },
    expected,
  );
};

export interface Shown {
  readonly nowMs: number;
  readonly view: ClusterView | undefined;
  readonly diskName: string | null;
}

export const presentSummary = (row: JobRow, { nowMs, view, diskName }: Shown): JobSummary => {
  const estimate = estimateOf(row, view);
  return {
    job_id: row.id,
    reservation_id: row.id,
    user_id: row.username,
    status: row.status,
    gpu_type: row.gpu_type,
    gpu_count: row.gpu_count,
    nodes: row.nodes,
    instance_type: row.instance_type,
    image: row.image,
    duration_hours: hoursOf(row.duration_seconds),
    disk_name: diskName,
    created_at: row.created_at.toISOString(),
    started_at: textOf(row.started_at),
    expires_at: textOf(row.expires_at),
    ended_at: textOf(row.ended_at),
    name: row.name,
    node: row.observed.members?.[0]?.node ?? null,
    status_detail: row.status_detail,
    queue_position: estimate?.queue_position ?? null,
    estimated_start_time: estimate?.start_time ?? null,
    exit_code: row.exit_code,
    gpu_hours: hoursOf(gpuSecondsOf(row, nowMs)),
  };
};

const warningsOf = (row: JobRow, nowMs: number): readonly string[] => {
  const left = row.expires_at === null ? undefined : Math.ceil((row.expires_at.getTime() - nowMs) / 60_000);
  const ends =
    row.status !== 'active' || left === undefined || left > warningMinutes[0]
      ? []
      : [
          left > 0
            ? `Ends in ${left} minutes; extend it to keep it`
            : 'Its time is over; it ends within moments',
        ];
  return [
    ...ends,
    ...(row.idle_warned_at === null ? [] : ['Nothing happens in it; it is released unless something does']),
    ...(row.oom_count === 0 ? [] : [`Processes were killed for memory ${row.oom_count} times`]),
    ...(row.observed.keysProblem === undefined ? [] : [row.observed.keysProblem]),
  ];
};

export interface DetailParts extends Shown {
  readonly allocations: readonly AllocationRow[];
  readonly events: readonly JobEvent[];
  readonly risk: JobDetail['risk'];
  /** Null unless the reader owns the job. */
  readonly jupyterToken: string | null;
}

export const presentDetail = (row: JobRow, parts: DetailParts): JobDetail => {
  const { observed } = row;
  const members = observed.members ?? [];
  const first = members[0];
  const isOpen = row.status === 'active' || row.status === 'preparing';
  const reachable = isOpen && first?.host !== null && first?.sshPort !== null ? first : undefined;
  const url = row.jupyter_wanted && isOpen ? (observed.jupyterUrl ?? null) : null;
  return {
    ...presentSummary(row, parts),
    pod_name: first?.podName ?? null,
    node_ip: reachable?.host ?? null,
    node_port: reachable?.sshPort ?? null,
    ssh_command:
      reachable === undefined ? null : `ssh -p ${reachable.sshPort ?? 22} dev@${reachable.host ?? ''}`,
    jupyter_enabled: row.jupyter_wanted,
    jupyter_url: url,
    jupyter_token: row.jupyter_wanted ? parts.jupyterToken : null,
    jupyter_error: row.jupyter_wanted ? (observed.jupyterError ?? null) : null,
    github_user: row.github_user,
    extra_users: row.extra_users.map(({ name }) => name),
    gpu_ids: parts.allocations.flatMap(({ device_ids: ids }) => ids),
    placements: parts.allocations.map((part) => {
      const member = members.find(({ rank }) => rank === part.rank);
      return {
        rank: part.rank,
        node: part.node,
        pod_name: member?.podName ?? null,
        gpu_ids: [...part.device_ids],
        host: member?.host ?? null,
        ssh_port: member?.sshPort ?? null,
      };
    }),
    estimate: estimateOf(row, parts.view),
    history: [
      { at: row.created_at.toISOString(), kind: 'status', status: 'queued', message: 'Submitted' },
      ...parts.events,
    ],
    warnings: [...warningsOf(row, parts.nowMs)],
    oom_count: row.oom_count,
    last_oom_at: textOf(row.last_oom_at),
    terminal_url: row.status === 'active' ? `/v1/jobs/${row.id}/terminal` : null,
    risk: parts.risk,
  };
};
