import type { PeriodicTask } from '../../../platform/leases/index.ts';
import type { AlertDeps } from '../deps.ts';
import { alertmanagerHandler } from './handle-job.ts';
import { alertmanagerQueue } from './job.ts';
import { resendTask } from './resend.ts';

export interface Alertmanager {
  readonly tasks: readonly PeriodicTask[];
  start(): Promise<void>;
  stop(): Promise<void>;
}

const concurrency = 4;
/** About a quarter of an hour; what is still active then is told by the repetition, and the rest ends by itself. */
const maxAttempts = 20;
const backoff = { firstMs: 500, longestMs: 60_000 };
const stopGraceMs = 5_000;

/** Who tells Alertmanagers; nobody where none is configured. */
export const createAlertmanager = (deps: AlertDeps): Alertmanager => {
  const { alertmanager } = deps;
  if (alertmanager === undefined) {
    return { tasks: [], start: () => Promise.resolve(), stop: () => Promise.resolve() };
  }
  const worker = alertmanager.makeWorker({
    queue: alertmanagerQueue,
    handler: alertmanagerHandler(deps, alertmanager),
    concurrency,
    maxAttempts,
    backoff,
    whenDone: 'delete',
  });
  return {
    tasks: [resendTask(deps, alertmanager)],
    start: () => worker.start(),
    stop: () => worker.stop(stopGraceMs),
  };
};
