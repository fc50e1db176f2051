import type { Alert, AlertFilter, AlertQuery } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import { paginate, type Page } from '../../platform/http/page.ts';
import type { AlertDeps } from './deps.ts';
import { timeOf } from './input-limits.ts';
import { presenterNow } from './present-now.ts';
import { listAlerts, type AlertFilters } from './store.ts';

/** Throws `validation_failed` (422) for a time that no calendar has. */
export const filtersOf = (filter: AlertFilter, at = ''): AlertFilters => ({
  ...filter,
  since: filter.since === undefined ? null : timeOf(filter.since, `${at}/since`),
  until: filter.until === undefined ? null : timeOf(filter.until, `${at}/until`),
});

/** One page of alerts, newest first. `list` names the operation that the cursor belongs to. */
export const pageOfAlerts = async (
  deps: Pick<AlertDeps, 'cursors' | 'clock'>,
  db: Executor,
  list: string,
  query: AlertQuery,
): Promise<Page<Alert>> => {
  const filters = filtersOf(query);
  return paginate({
    codec: deps.cursors,
    list,
    request: query,
    filters: query,
    fetch: (limit, after) => listAlerts(db, filters, limit, after),
    position: (alert) => ({ sort: String(alert.createdAt.getTime()), id: alert.id }),
    present: await presenterNow(deps, db),
  });
};
