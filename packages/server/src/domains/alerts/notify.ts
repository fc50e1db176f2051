import type { AlertHistoryAction, Severity } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import type { WebhookEvent } from '../../platform/webhooks/index.ts';
import { alertmanagerQueue, type AlertmanagerJob } from './alertmanager/job.ts';
import type { AlertDeps } from './deps.ts';
import { presentAlert } from './present.ts';
import { silencedUntil } from './silence.ts';
import { activeSilences } from './silence-store.ts';
import { isClosed } from './state-machine.ts';
import type { AlertRecord } from './types.ts';

/** What happened to an alert, for those who are told. */
export interface Told {
  readonly alert: AlertRecord;
  readonly action: AlertHistoryAction;
  readonly note: string | null;
  /** What the severity was, where it changed. */
  readonly severityBefore?: Severity | undefined;
}

/** Repetitions and notes of machines are for the history: nobody is woken by them. */
const untold: ReadonlySet<AlertHistoryAction> = new Set(['repeated', 'noted']);
/** What changes the picture that an Alertmanager has. */
const forAlertmanager: ReadonlySet<AlertHistoryAction> = new Set([
  'created',
  'severity_changed',
  'resolved',
  'false_positive',
  'reopened',
]);
/** Alerts of one message: their bodies stay far below what Alertmanager takes. */
const alertsPerJob = 100;

const jobsOf = (told: readonly Told[]): AlertmanagerJob[] => {
  const alerts = told
    .filter(({ action }) => forAlertmanager.has(action))
    .map(({ alert, severityBefore }) => ({
      id: alert.id,
      ...(severityBefore === undefined ? {} : { was: severityBefore }),
    }));
  const jobs: AlertmanagerJob[] = [];
  for (let from = 0; from < alerts.length; from += alertsPerJob) {
    jobs.push({ alerts: alerts.slice(from, from + alertsPerJob) });
  }
  return jobs;
};

const eventsOf = (told: readonly Told[], actor: string, now: Date): WebhookEvent[] =>
  told
    .filter(({ action }) => !untold.has(action))
    .map(({ alert, action, note }) => {
      const type = action === 'created' ? 'alert.created' : 'alert.changed';
      const data = { action, actor, note, alert: presentAlert(alert, null) };
      return { type, key: alert.id, payload: { type, timestamp: now.toISOString(), data } };
    });

/** An Alertmanager may know it from before its silence: that it ended, or ended under its old severity, is told. */
const isOver = ({ alert, severityBefore }: Told): boolean =>
  isClosed(alert.status) || severityBefore !== undefined;

/** Tells webhooks and Alertmanagers in the transaction of the change; nobody of what is active and silenced. */
export const tell = async (
  deps: Pick<AlertDeps, 'webhooks' | 'alertmanager' | 'clock'>,
  tx: Tx,
  actor: string,
  all: readonly Told[],
): Promise<void> => {
  const { webhooks, alertmanager } = deps;
  if (webhooks === undefined && alertmanager === undefined) return;
  const now = new Date(deps.clock.nowMs());
  const silences = await activeSilences(tx, now);
  const isHeard = ({ alert }: Told): boolean => silencedUntil(silences, alert) === null;
  if (webhooks !== undefined) await webhooks.publishAll(tx, eventsOf(all.filter(isHeard), actor, now));
  if (alertmanager !== undefined) {
    const jobs = jobsOf(all.filter((told) => isHeard(told) || isOver(told)));
    if (jobs.length > 0) await alertmanager.queue.sendBatch(tx, alertmanagerQueue, jobs);
  }
};
