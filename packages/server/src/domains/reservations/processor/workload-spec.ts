import { createHash } from 'node:crypto';
import { listTypes, toWorkloadType } from '../cluster-store.ts';
import { allocationsOf } from '../job-store.ts';
import { RuntimeRefusal, type WorkloadSpec, type WorkloadUser } from '../runtime/port.ts';
import type { JobRow } from '../types.ts';
import { envPurpose, jupyterPurpose, type ProcessorDeps } from './deps.ts';

export interface BuiltSpec {
  readonly spec: WorkloadSpec;
  /** Of everything that `ensure` may have to act on. */
  readonly hash: string;
  /** Keys that could not be had. */
  readonly keysProblem: string | undefined;
  /** False: some keys were never heard of by this process, and the specification lacks them. */
  readonly keysKnown: boolean;
}

const parseEnv = (text: string): Readonly<Record<string, string>> => {
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, String(one)]));
};

const usersOf = async (
  deps: Pick<ProcessorDeps, 'githubKeys'>,
  row: JobRow,
): Promise<{ users: readonly WorkloadUser[]; problem: string | undefined; known: boolean }> => {
  // Its friends came in by its user's word.
  if (row.observed.shutSinceMs !== undefined) return { users: [], problem: undefined, known: true };
  const wanted = [
    { name: row.username, githubUser: row.github_user, sshKeys: row.ssh_keys },
    ...row.extra_users,
  ];
  const all = await Promise.all(
    wanted.map(async ({ name, githubUser, sshKeys }) => {
      const fetched = githubUser === null ? undefined : await deps.githubKeys.of(githubUser);
      return {
        name,
        sshKeys: [...sshKeys, ...(fetched?.keys ?? [])],
        problem: fetched?.problem,
        known: fetched === undefined || fetched.keys !== undefined,
      };
    }),
  );
  const users = all.map(({ name, sshKeys }) => ({ name, sshKeys }));
  const problems = all.flatMap(({ problem }) => problem ?? []);
  return { users, problem: problems[0], known: all.every(({ known }) => known) };
};

/** What a runtime is told of a job. Errors: `RuntimeRefusal` where its type is in the table no more. */
export const buildSpec = async (deps: ProcessorDeps, row: JobRow): Promise<BuiltSpec> => {
  const type = (await listTypes(deps.db)).find(({ gpu_type: name }) => name === row.gpu_type);
  if (type === undefined) throw new RuntimeRefusal(`The type ${row.gpu_type} is offered no more`);
  const allocations = await allocationsOf(deps.db, row.id);
  const { users, problem, known } = await usersOf(deps, row);
  const closed = row.observed.shutSinceMs !== undefined;
  const spec: WorkloadSpec = {
    jobId: row.id,
    userId: row.user_id,
    username: row.username,
    name: row.name,
    type: toWorkloadType(type),
    placements: allocations.map(({ rank, node, units, device_ids: deviceIds }) => ({
      rank,
      node,
      units,
      deviceIds,
    })),
    gpuCount: row.gpu_count,
    image: row.image,
    dockerfile: row.dockerfile,
    command: row.command,
    env: row.env_sealed === null ? {} : parseEnv(deps.sealer.unseal(row.env_sealed, envPurpose(row.id))),
    preserveEntrypoint: row.preserve_entrypoint,
    profile: row.profile,
    requireKata: row.require_kata,
    diskId: row.disk_id,
    users,
    closed,
    jupyter: {
      enabled: row.jupyter_wanted && !closed,
      token:
        row.jupyter_token_sealed === null
          ? ''
          : deps.sealer.unseal(row.jupyter_token_sealed, jupyterPurpose(row.id)),
    },
    expiresAtMs: row.expires_at?.getTime() ?? null,
  };
  const jupyter = spec.jupyter.enabled && spec.jupyter.token;
  const changing = { users, closed, jupyter, expires: spec.expiresAtMs, on: spec.placements };
  return {
    spec,
    hash: createHash('sha256').update(JSON.stringify(changing)).digest('hex').slice(0, 16),
    keysProblem: problem,
    keysKnown: known,
  };
};
