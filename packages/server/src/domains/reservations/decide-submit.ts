import type { SubmitJob } from '@gpushield/contracts';
import { AppError } from '../../platform/errors.ts';
import type { GpuTypeRow } from './cluster-store.ts';
import { toWorkloadType } from './cluster-store.ts';
import type { ClusterView } from './cluster-view.ts';
import { readEnvironment } from './environment.ts';
import type { UserAllowance } from './quota-store.ts';
import type { Runtime } from './runtime/port.ts';
import type { LifeLimits } from './types.ts';

/** A request that can be fulfilled sooner or later, in full. */
export interface Demand {
  readonly type: GpuTypeRow;
  readonly gpuCount: number;
  readonly nodes: number;
  readonly units: number;
  readonly gpus: number;
  readonly durationSeconds: number;
  readonly env: Readonly<Record<string, string>>;
  readonly githubUser: string | null;
  readonly name: string | null;
  readonly jupyter: boolean;
  readonly preserveEntrypoint: boolean;
  readonly requireKata: boolean;
  readonly notes: readonly string[];
}

const shortestSeconds = 60;
/** What is sealed is bounded (64 KiB). */
const maxEnvBytes = 60 * 1024;
const githubName = /^[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}$/;

const impossible = (detail: string): AppError => new AppError('reservation_impossible', { detail });
const wrong = (field: string, message: string): AppError =>
  new AppError('validation_failed', { detail: `${field} ${message}`, errors: [{ field, message }] });

/** The type that is meant: named itself, or by its instance type; without regard to case. */
const typeOf = (view: ClusterView, body: SubmitJob, smuggled: string | undefined): GpuTypeRow => {
  const types = [...view.types.values()].filter(({ enabled }) => enabled);
  const asked = (body.gpu_type ?? smuggled)?.toLowerCase();
  const instance = body.instance_type.toLowerCase();
  const found =
    asked === undefined
      ? (types.find(({ gpu_type: name }) => name === instance) ??
        types.find((type) => type.instance_type.toLowerCase() === instance))
      : types.find(({ gpu_type: name }) => name === asked);
  if (found !== undefined) return found;
  const offered = types.map(({ gpu_type: name }) => name).join(', ');
  throw impossible(`There is no type ${asked ?? body.instance_type}. There are: ${offered}`);
};

const countOf = (type: GpuTypeRow, asked: number | undefined): number => {
  if (type.kind === 'cpu') {
    if (asked !== undefined && asked > 0)
      throw impossible(`${type.gpu_type} has no GPUs: leave gpu_count out, or ask for a GPU type`);
    return 0;
  }
  const count = asked ?? 1;
  if (count < 1)
    throw impossible(`${type.gpu_type} is a GPU type: ask for one GPU at least, or for a CPU type`);
  if (count > type.max_gpus_per_node_and_job)
    throw impossible(
      `A job gets at most ${type.max_gpus_per_node_and_job} of ${type.gpu_type} on one node, not ${count}; ask for more nodes`,
    );
  return count;
};

/** What the cluster's nodes, busy or not, could never give. Nothing is concluded from a cluster that was not seen yet. */
const checkNodes = (view: ClusterView, type: GpuTypeRow, units: number, nodes: number): void => {
  if (view.capacity === undefined) return;
  const pools = view.poolsOf(type.gpu_type);
  if (pools.length === 0) {
    const there = [...new Set(view.state.pools.map(({ gpuType }) => gpuType))].sort().join(', ');
    throw impossible(
      `No node here has ${type.gpu_type}. There are nodes of: ${there === '' ? 'no type at all' : there}`,
    );
  }
  const largest = pools.reduce((most, { total }) => Math.max(most, total), 0);
  if (largest < units)
    throw impossible(`No node has ${units} of ${type.gpu_type}; the largest has ${largest}`);
  const fitting = pools.filter(({ total }) => total >= units).length;
  if (fitting < nodes)
    throw impossible(`Only ${fitting} nodes have ${units} of ${type.gpu_type}, and ${nodes} are asked for`);
};

const durationOf = (body: SubmitJob, allowance: UserAllowance, limits: LifeLimits): number => {
  const hours = body.duration_hours ?? 1;
  const most = Math.min(
    allowance.maxHours ?? limits.maxHours,
    allowance.maxTotalHours ?? limits.maxTotalHours,
  );
  if (hours > most) throw wrong('duration_hours', `is at most ${most} at first; extend the job later`);
  const seconds = Math.round(hours * 3600);
  if (seconds < shortestSeconds) throw wrong('duration_hours', 'is at least one minute (0.0167)');
  return seconds;
};

const checkQuota = ({ maxGpus, maxJobs }: UserAllowance, gpus: number): void => {
  if (maxGpus !== null && gpus > maxGpus)
    throw new AppError('quota_exceeded', { detail: `Your quota is ${maxGpus} GPUs; this asks for ${gpus}` });
  if (maxJobs === 0) throw new AppError('quota_exceeded', { detail: 'Your quota is no jobs at all' });
};

const githubUserOf = (body: SubmitJob, smuggled: string | undefined): string | null => {
  const name = body.github_user ?? smuggled;
  if (name === undefined) return null;
  if (!githubName.test(name)) throw wrong('env_vars/GITHUB_USER', 'is not the name of a GitHub user');
  return name;
};

/**
 * Everything that can be said of a request before anything is written. Errors: `reservation_impossible` for what no
 * waiting will bring, `quota_exceeded`, `validation_failed`.
 */
export const decideSubmit = (
  body: SubmitJob,
  context: {
    readonly view: ClusterView;
    readonly allowance: UserAllowance;
    readonly limits: LifeLimits;
    readonly runtime: Pick<Runtime, 'refuses' | 'remarks'>;
  },
): Demand => {
  const { view, allowance, limits, runtime } = context;
  const smuggled = readEnvironment(body.env_vars);
  const type = typeOf(view, body, smuggled.gpuType);
  const gpuCount = countOf(type, body.gpu_count ?? (type.kind === 'cpu' ? undefined : smuggled.gpuCount));
  const nodes = body.nodes ?? 1;
  const units = Math.max(1, gpuCount);
  const requireKata = type.require_kata || allowance.requireKata;
  const profile = body.profile ?? 'restricted';
  if (profile === 'profiling' && !allowance.allowProfiling)
    throw impossible(
      'The profiling profile is for users whom an operator allowed it (quota: allow_profiling)',
    );
  const refusal = runtime.refuses({
    image: body.image ?? null,
    dockerfile: body.dockerfile ?? null,
    profile,
    requireKata,
    type: toWorkloadType(type),
    disk: body.disk_name !== undefined && body.disk_name !== null,
  });
  if (refusal !== null) throw impossible(refusal);
  checkNodes(view, type, units, nodes);
  const durationSeconds = durationOf(body, allowance, limits);
  const gpus = gpuCount * nodes;
  checkQuota(allowance, gpus);
  if (Buffer.byteLength(JSON.stringify(smuggled.env)) > maxEnvBytes)
    throw wrong('env_vars', `have more than ${maxEnvBytes} bytes together`);
  return {
    type,
    gpuCount,
    nodes,
    units,
    gpus,
    durationSeconds,
    env: smuggled.env,
    githubUser: githubUserOf(body, smuggled.githubUser),
    name: body.name ?? smuggled.name?.slice(0, 100) ?? null,
    jupyter: body.jupyter_enabled ?? smuggled.jupyter ?? false,
    preserveEntrypoint: smuggled.preserveEntrypoint,
    requireKata,
    notes: [...smuggled.notes, ...(runtime.remarks?.({ image: body.image ?? null }) ?? [])],
  };
};
