import type { BulkAlertChange, BulkAlertResult } from '@gpushield/contracts';
import { alertStatuses, maxBulkAlerts } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import { changeAlerts, type Changed } from './change-alert.ts';
import { quietMsOf, type AlertDeps } from './deps.ts';
import { filtersOf } from './page-of-alerts.ts';
import type { Command } from './plan-change.ts';
import { decide } from './state-machine.ts';
import { listCandidates, type Candidates } from './store.ts';

const commandOf = (deps: AlertDeps, { change }: BulkAlertChange): Command => {
  const note = change.note ?? null;
  switch (change.action) {
    case 'assign':
      return { action: 'assign', assignee: change.assignee, note };
    case 'set_severity':
      return { action: 'set_severity', severity: change.severity, note };
    case 'resolve':
      return { action: 'resolve', resolution: change.resolution ?? 'fixed', note };
    case 'false_positive':
      return { action: 'false_positive', quietMs: quietMsOf(deps, change.quiet_seconds), note };
    default:
      return { action: change.action, note };
  }
};

/** Alerts that the command still has to do something about. */
const candidatesOf = (command: Command): Candidates => {
  const { action } = command;
  const moves = action !== 'assign' && action !== 'set_severity' && action !== 'comment';
  return {
    statuses: alertStatuses.filter((status) => {
      const { kind } = decide(status, action);
      return moves ? kind === 'move' : kind === 'stay';
    }),
    ...(action === 'assign' ? { notAssignedTo: command.assignee } : {}),
    ...(action === 'set_severity' ? { notSetTo: command.severity } : {}),
  };
};

const outcomes = {
  changed: 'changed',
  unchanged: 'unchanged',
  refused: 'invalid_transition',
  conflict: 'conflict',
  not_found: 'not_found',
} as const;

const resultOf = (changed: readonly Changed[], hasMore: boolean): BulkAlertResult => {
  const count = (kind: Changed['kind']): number => changed.filter((one) => one.kind === kind).length;
  return {
    changed: count('changed'),
    unchanged: count('unchanged'),
    refused: count('refused') + count('conflict') + count('not_found'),
    has_more: hasMore,
    results: changed.map((one) => ({
      id: one.id,
      outcome: outcomes[one.kind],
      status: one.kind === 'not_found' ? null : one.alert.status,
    })),
  };
};

/** One change of up to 1,000 alerts in one transaction: those that are named, or those that match and still differ. */
export const bulkChange = async (
  deps: AlertDeps,
  tx: Tx,
  body: BulkAlertChange,
  actor: string,
): Promise<BulkAlertResult> => {
  const { ids, query } = body;
  if ((ids === undefined) === (query === undefined)) {
    const message = 'name either ids or a query';
    throw new AppError('validation_failed', { detail: message, errors: [{ field: '/ids', message }] });
  }
  const command = commandOf(deps, body);
  if (ids !== undefined) {
    const unique = [...new Set(ids.map((id) => id.toLowerCase()))];
    return resultOf(await changeAlerts(deps, tx, { ids: unique, actor, command }), false);
  }
  const filters = filtersOf(query ?? {}, '/query');
  const found = await listCandidates(tx, filters, candidatesOf(command), maxBulkAlerts + 1);
  const chosen = found.slice(0, maxBulkAlerts);
  const changed = await changeAlerts(deps, tx, { ids: chosen, actor, command });
  return resultOf(changed, found.length > chosen.length);
};
