import { activeAlertStatuses } from '@gpushield/contracts';
import type { PeriodicTask } from '../../../platform/leases/index.ts';
import type { CursorPosition } from '../../../platform/http/cursor.ts';
import type { AlertDeps, AlertmanagerDeps } from '../deps.ts';
import { silencedUntil } from '../silence.ts';
import { activeSilences } from '../silence-store.ts';
import { listAlerts } from '../store.ts';
import { postableAlert } from './postable-alert.ts';
import { postAlerts } from './send.ts';
import { resendMsOf, validMsOf } from './timing.ts';

const pageAlerts = 200;
/** The newest of the active alerts; an Alertmanager with more of them helps nobody. */
const maxResent = 20_000;

/**
 * Tells every Alertmanager of every active alert again: it forgets what is not repeated, and so it also hears of alerts
 * that were raised while it was away, or silenced then. What cannot be told now is told the next time.
 */
export const resendTask = (
  deps: Pick<AlertDeps, 'db' | 'clock' | 'log'>,
  alertmanager: AlertmanagerDeps,
): PeriodicTask => ({
  name: 'alertmanager-resend',
  intervalMs: resendMsOf(alertmanager),
  run: async (signal) => {
    const { db } = deps;
    const { urls, publicUrl } = alertmanager;
    const now = new Date(deps.clock.nowMs());
    const silences = await activeSilences(db, now);
    const options = { now, validMs: validMsOf(alertmanager), publicUrl };
    const working = new Set(urls);
    let after: CursorPosition | undefined;
    for (let resent = 0; resent < maxResent && working.size > 0 && !signal.aborted; resent += pageAlerts) {
      const filters = { statuses: [...activeAlertStatuses], since: null, until: null };
      const alerts = await listAlerts(db, filters, pageAlerts, after);
      const told = alerts.filter((alert) => silencedUntil(silences, alert) === null);
      const body = told.map((alert) => postableAlert(alert, options));
      for (const url of body.length === 0 ? [] : working) {
        const sent = await postAlerts(alertmanager, url, body, signal);
        if (sent.kind === 'taken') continue;
        deps.log?.warn(
          { reason: sent.reason },
          'an Alertmanager does not take alerts; they are told again later',
        );
        if (sent.kind === 'failed') working.delete(url);
      }
      const last = alerts.at(-1);
      if (last === undefined || alerts.length < pageAlerts) return;
      after = { sort: String(last.createdAt.getTime()), id: last.id };
    }
  },
});
