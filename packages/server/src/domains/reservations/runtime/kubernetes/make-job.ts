import { createHash } from 'node:crypto';
import { RuntimeRefusal, type WorkloadPlacement, type WorkloadSpec } from '../port.ts';
import { isRefusedForGood } from './api.ts';
import { ensureImage } from './build-image.ts';
import { whenSynced } from './cluster-watch.ts';
import { readPod } from './facts.ts';
import { buildDoor, buildEnvironment, buildLibrary, buildNames, buildNetworkPolicy } from './job-objects.ts';
import { jobIdOf, names } from './names.ts';
import { pathsIn } from './paths.ts';
import { buildPod } from './pod-spec.ts';
import type { Json } from './read.ts';
import { shareOf } from './shares.ts';
import { podsInCache, type WorkloadDeps } from './workload-deps.ts';

/** What the cluster refuses for good becomes a refusal, in its own words. */
const refusalOf = (error: unknown): unknown =>
  isRefusedForGood(error) ? new RuntimeRefusal(`The cluster refuses this job. ${error.message}`) : error;

const hashOf = ({ users, jupyter, placements, closed }: WorkloadSpec): string =>
  createHash('sha256')
    .update(JSON.stringify([users, jupyter, placements, closed]))
    .digest('hex');

/** Creates what is missing, and takes what is there where it is this job's. */
const make = async (
  { api }: WorkloadDeps,
  path: string,
  name: string,
  jobId: string,
  body: unknown,
): Promise<{ readonly found: Json; readonly isNew: boolean }> => {
  const made = await api.create(path, body);
  if (made !== undefined) return { found: made, isNew: true };
  const found = await api.get(`${path}/${name}`);
  if (jobIdOf(found) !== jobId)
    throw new RuntimeRefusal(`The namespace has a ${name} that is not of this job`);
  return { found, isNew: false };
};

/** The same, for what changes over a job's life. */
const put = async (
  deps: WorkloadDeps,
  path: string,
  name: string,
  jobId: string,
  body: unknown,
): Promise<void> => {
  const { isNew } = await make(deps, path, name, jobId, body);
  if (!isNew) await deps.api.replace(`${path}/${name}`, body);
};

const makePod = async (
  deps: WorkloadDeps,
  spec: WorkloadSpec,
  placement: WorkloadPlacement,
): Promise<void> => {
  const { api, settings } = deps;
  const { pods } = pathsIn(settings.namespace);
  const node = deps.watch().nodes.items.get(placement.node);
  const share = node === undefined ? undefined : shareOf(spec.type, placement, node);
  if (share === undefined)
    throw new Error(`${placement.node} has no ${placement.units} of ${spec.type.gpuType} now`);
  const pod = buildPod(spec, placement, share, settings);
  const name = names.member(spec.jobId, placement.rank);
  const made = readPod((await make(deps, pods, name, spec.jobId, pod)).found, [settings.namespace]);
  if (made?.madeForNode === placement.node) return;
  // Of a placement that was given up meanwhile: it goes, and the next attempt makes the right one.
  await api.remove(`${pods}/${name}`, { gracePeriodSeconds: 1, preconditions: { uid: made?.uid } });
  throw new Error(`The pod of an earlier placement is being removed from ${made?.madeForNode ?? 'its node'}`);
};

/** False: its image is still being built. */
const makeAll = async (deps: WorkloadDeps, spec: WorkloadSpec, isThere: boolean): Promise<boolean> => {
  const { settings } = deps;
  const { jobId, placements } = spec;
  const paths = pathsIn(settings.namespace);
  const name = names.job(jobId);
  await Promise.all([
    put(deps, paths.secrets, name, jobId, buildLibrary(spec, settings)),
    put(deps, paths.secrets, names.environment(jobId), jobId, buildEnvironment(spec, settings)),
    make(deps, paths.policies, name, jobId, buildNetworkPolicy(jobId, settings)),
    ...(placements.length > 1 ? [make(deps, paths.services, name, jobId, buildNames(jobId, settings))] : []),
    ...placements.map(({ rank }) => {
      const door = names.member(jobId, rank);
      // Keys reach a container within a minute; a door that is gone lets nobody in at once.
      return spec.closed
        ? deps.api.remove(`${paths.services}/${door}`)
        : make(deps, paths.services, door, jobId, buildDoor(jobId, rank, settings));
    }),
  ]);
  // Pods that are there have their image, also where the pod that built it was cleared away.
  if (!isThere && !(await ensureImage(deps, spec))) return false;
  // A pod that is there before its secret and its policy would wait for the one and be open for a while.
  await Promise.all(placements.map((placement) => makePod(deps, spec, placement)));
  return true;
};

/** Makes a job's objects what its specification says. A look every moment, at what is there already, costs nothing. */
export const ensureJob = async (deps: WorkloadDeps, spec: WorkloadSpec): Promise<void> => {
  await whenSynced([deps.watch().nodes]);
  const hash = hashOf(spec);
  const there = new Map(podsInCache(deps, spec.jobId).map((pod) => [pod.name, pod.madeForNode]));
  const isThere = spec.placements.every(
    ({ rank, node }) => there.get(names.member(spec.jobId, rank)) === node,
  );
  if (isThere && deps.ensured.get(spec.jobId) === hash) return;
  try {
    if (await makeAll(deps, spec, isThere)) deps.ensured.set(spec.jobId, hash);
  } catch (error) {
    throw refusalOf(error);
  }
};
