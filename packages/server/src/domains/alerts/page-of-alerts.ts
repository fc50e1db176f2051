import type { Alert, AlertQuery } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import { paginate, type Page } from '../../platform/http/page.ts';
import type { AlertDeps } from './deps.ts';
import { timeOf } from './input-limits.ts';
import { presentAlert } from './present.ts';
import { listAlerts } from './store.ts';

/** One page of alerts, newest first. `list` names the operation that the cursor belongs to. */
export const pageOfAlerts = (
  deps: Pick<AlertDeps, 'cursors'>,
  db: Executor,
  list: string,
  query: AlertQuery,
): Promise<Page<Alert>> => {
  const since = query.since === undefined ? null : timeOf(query.since, '/since');
  const until = query.until === undefined ? null : timeOf(query.until, '/until');
  return paginate({
    codec: deps.cursors,
    list,
    request: query,
    filters: query,
    fetch: (limit, after) => listAlerts(db, { ...query, since, until }, limit, after),
    position: (alert) => ({ sort: String(alert.createdAt.getTime()), id: alert.id }),
    present: presentAlert,
  });
};
