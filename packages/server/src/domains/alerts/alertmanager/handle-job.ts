import type { QueueHandler } from '../../../platform/queue/index.ts';
import { readAlerts } from '../change-store.ts';
import type { AlertDeps, AlertmanagerDeps } from '../deps.ts';
import { isClosed } from '../state-machine.ts';
import { silencedUntil } from '../silence.ts';
import { activeSilences } from '../silence-store.ts';
import { parseJob, type AlertmanagerJob } from './job.ts';
import { postableAlert, type PostableAlert } from './postable-alert.ts';
import { postAlerts } from './send.ts';
import { validMsOf } from './timing.ts';

const bodyOf = async (
  deps: Pick<AlertDeps, 'db' | 'clock'>,
  alertmanager: AlertmanagerDeps,
  job: AlertmanagerJob,
): Promise<readonly PostableAlert[]> => {
  const { db } = deps;
  const now = new Date(deps.clock.nowMs());
  const options = { now, validMs: validMsOf(alertmanager), publicUrl: alertmanager.publicUrl };
  const alerts = await readAlerts(db, job.alerts.map(({ id }) => id)); // prettier-ignore
  const silences = await activeSilences(db, now);
  const was = new Map(job.alerts.map((told) => [told.id, told.was]));
  return alerts.flatMap((alert) => {
    const before = was.get(alert.id);
    const ended =
      before === undefined || before === alert.severity ? [] : [postableAlert(alert, options, before)];
    // It may have been silenced since; what is over is told all the same.
    const untold = !isClosed(alert.status) && silencedUntil(silences, alert) !== null;
    return untold ? ended : [...ended, postableAlert(alert, options)];
  });
};

/** Tells every Alertmanager of the alerts as they are now: in whichever order messages come, the last state stands. */
export const alertmanagerHandler =
  (deps: Pick<AlertDeps, 'db' | 'clock'>, alertmanager: AlertmanagerDeps): QueueHandler =>
  async (message, { signal }) => {
    const job = parseJob(message.body);
    if (job === undefined) return { kind: 'dead', reason: 'This is no job of alerts' };
    const body = await bodyOf(deps, alertmanager, job);
    if (body.length === 0) return { kind: 'done' };
    // An Alertmanager that was told is told again when another was not: it takes the same alert any number of times.
    const sent = await Promise.all(
      alertmanager.urls.map((url) => postAlerts(alertmanager, url, body, signal)),
    );
    const reasonOf = (kind: 'failed' | 'refused'): string | undefined =>
      sent.flatMap((one) => (one.kind === kind ? [one.reason] : []))[0];
    const failed = reasonOf('failed');
    if (failed !== undefined) return { kind: 'retry', reason: failed };
    const refused = reasonOf('refused');
    return refused === undefined ? { kind: 'done' } : { kind: 'dead', reason: refused };
  };
