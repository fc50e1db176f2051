import type { Alert, AlertFilter, AlertHistoryEntry, AlertSummary } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import { readAlerts } from './change-store.ts';
import type { AlertDeps } from './deps.ts';
import { countAlerts } from './group-store.ts';
import { historyOfAlerts } from './history-store.ts';
import { filtersOf } from './page-of-alerts.ts';
import { presentHistory } from './present.ts';
import { presenterNow } from './present-now.ts';
import { listAlerts, newestOfNodes } from './store.ts';
import { summaryOf } from './summary.ts';

/** Alerts as clients see them: listed newest first, or of many things at once by one statement. */
export interface AlertReader {
  alerts(
    db: Executor,
    filter: AlertFilter,
    limit: number,
    after: CursorPosition | undefined,
  ): Promise<readonly { readonly item: Alert; readonly position: CursorPosition }[]>;
  alertsByIds(db: Executor, ids: readonly string[]): Promise<readonly Alert[]>;
  /** The newest active ones of each node, at most `each`. */
  activeOfNodes(db: Executor, nodeIds: readonly string[], each: number): Promise<readonly Alert[]>;
  /** The newest entries of each alert's history, at most `each`. */
  historyOf(db: Executor, alertIds: readonly string[], each: number): Promise<readonly AlertHistoryEntry[]>;
  summary(db: Executor): Promise<AlertSummary>;
}

export const createAlertReader = (deps: Pick<AlertDeps, 'clock'>): AlertReader => ({
  alerts: async (db, filter, limit, after) => {
    const alerts = await listAlerts(db, filtersOf(filter), limit, after);
    const present = await presenterNow(deps, db);
    return alerts.map((alert) => ({
      item: present(alert),
      position: { sort: String(alert.createdAt.getTime()), id: alert.id },
    }));
  },
  alertsByIds: async (db, ids) => {
    const alerts = await readAlerts(db, ids);
    return alerts.map(await presenterNow(deps, db));
  },
  activeOfNodes: async (db, nodeIds, each) => {
    const alerts = await newestOfNodes(db, nodeIds, each);
    return alerts.map(await presenterNow(deps, db));
  },
  historyOf: async (db, ids, each) => (await historyOfAlerts(db, ids, each)).map(presentHistory),
  summary: async (db) => summaryOf(await countAlerts(db)),
});
