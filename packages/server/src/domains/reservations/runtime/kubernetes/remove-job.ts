import { setTimeout as sleep } from 'node:timers/promises';
import { removeBuild } from './build-image.ts';
import { readService } from './facts.ts';
import { names, selectorOf } from './names.ts';
import { pathsIn } from './paths.ts';
import { podsOf, type WorkloadDeps } from './workload-deps.ts';

const removeRest = async (deps: WorkloadDeps, jobId: string): Promise<void> => {
  const { api, settings } = deps;
  // Before what a later look would find it by.
  await removeBuild(deps, jobId);
  const { services, secrets, policies } = pathsIn(settings.namespace);
  const doors = await api.list(services, { labelSelector: selectorOf(jobId) });
  await Promise.all([
    ...doors.items
      .flatMap((item) => readService(item) ?? [])
      .map(({ key }) => api.remove(`${services}/${key}`)),
    api.remove(`${policies}/${names.job(jobId)}`),
    api.remove(`${secrets}/${names.job(jobId)}`),
    api.remove(`${secrets}/${names.environment(jobId)}`),
  ]);
};

const atOnceMs = 3_000;
const lookMs = 250;

/** Asks for the end of a job's pods and, once they are gone, removes the rest: until then it keeps its network policy. */
export const removeJob = async (deps: WorkloadDeps, jobId: string, graceSeconds: number): Promise<void> => {
  const { api, settings } = deps;
  deps.ensured.delete(jobId);
  const pods = await podsOf(deps, jobId);
  if (pods.length === 0) return removeRest(deps, jobId);
  await Promise.all(
    pods
      .filter(({ deleting }) => !deleting)
      .map(({ name, uid }) =>
        api.remove(`${pathsIn(settings.namespace).pods}/${name}`, {
          // At once would mean: without asking the node, which may still run it.
          gracePeriodSeconds: Math.max(1, graceSeconds),
          // What is removed is what was seen, and none that was made meanwhile.
          preconditions: { uid },
        }),
      ),
  );
  // Nobody looks again at what must go at once: an orphan, or a place that is given up.
  for (let waitedMs = 0; graceSeconds === 0 && waitedMs < atOnceMs; waitedMs += lookMs) {
    await sleep(lookMs);
    if ((await podsOf(deps, jobId)).length === 0) return removeRest(deps, jobId);
  }
};
