import type { AlertStatus } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { AlertDeps } from './deps.ts';
import { decide, type AlertAction, type Decision } from './state-machine.ts';
import {
  findAlert,
  insertHistory,
  lockAlert,
  setAcknowledged,
  setAssignee,
  setResolved,
  type HistoryRecord,
} from './store.ts';
import type { AlertRecord, Resolution } from './types.ts';

export interface Change {
  readonly alertId: string;
  readonly actor: string;
  readonly note: string | null;
}

const notFound = (): AppError => new AppError('not_found', { detail: 'There is no alert with this id' });

/** The alert, locked, and what the action does to it. Throws `not_found` or `invalid_transition`. */
const lockFor = async (
  tx: Tx,
  alertId: string,
  action: AlertAction,
): Promise<{ alert: AlertRecord; decision: Exclude<Decision, { kind: 'refused' }> }> => {
  const alert = await lockAlert(tx, alertId);
  if (alert === undefined) throw notFound();
  const decision = decide(alert.status, action);
  if (decision.kind !== 'refused') return { alert, decision };
  const allowed = decision.allowed.length === 0 ? 'nothing more' : decision.allowed.join(', ');
  throw new AppError('invalid_transition', {
    detail: `This alert is ${alert.status}: ${action} is not possible; allowed: ${allowed}`,
  });
};

const write = (
  deps: AlertDeps,
  tx: Tx,
  change: Change,
  action: HistoryRecord['action'],
  from: AlertStatus | null,
  to: AlertStatus | null,
  note: string | null = change.note,
): Promise<void> =>
  insertHistory(tx, {
    id: deps.newId(),
    alertId: change.alertId,
    at: new Date(deps.clock.nowMs()),
    actor: change.actor,
    action,
    fromStatus: from,
    toStatus: to,
    note,
  });

/** Acknowledges. A second time changes nothing, except that a note with it is kept. */
export const acknowledgeAlert = async (deps: AlertDeps, tx: Tx, change: Change): Promise<AlertRecord> => {
  const { alert, decision } = await lockFor(tx, change.alertId, 'acknowledge');
  if (decision.kind === 'stay') {
    if (change.note !== null) await write(deps, tx, change, 'noted', null, null);
    return alert;
  }
  await write(deps, tx, change, 'acknowledged', alert.status, decision.to);
  return setAcknowledged(tx, alert.id, change.actor, new Date(deps.clock.nowMs()));
};

/** Gives the alert to a user, or takes it back with null. Throws `unknown_reference` for anybody else. */
export const assignAlert = async (
  deps: AlertDeps,
  tx: Tx,
  change: Change & { readonly assignee: string | null },
): Promise<AlertRecord> => {
  const { alert } = await lockFor(tx, change.alertId, 'assign');
  const { assignee } = change;
  if (assignee !== null && !(await deps.userExists(tx, assignee))) {
    throw new AppError('unknown_reference', { detail: 'assignee is not the name of an active user' });
  }
  if (alert.assignee === assignee && change.note === null) return alert;
  const who = assignee === null ? 'Taken back' : `Assigned to ${assignee}`;
  const note = change.note === null ? who : `${who}: ${change.note}`;
  await write(deps, tx, change, 'assigned', null, null, note);
  return setAssignee(tx, alert.id, assignee, new Date(deps.clock.nowMs()));
};

/** Resolves, and lets the domains that asked for it draw their consequences in the same transaction. */
export const resolveAlert = async (
  deps: AlertDeps,
  tx: Tx,
  change: Change & { readonly resolution: Resolution },
): Promise<AlertRecord> => {
  const { alertId, resolution, actor } = change;
  const seen = await findAlert(tx, alertId);
  if (seen === undefined) throw notFound();
  for (const hook of deps.hooks) await hook.lockFirst?.(tx, seen);
  const { alert } = await lockFor(tx, alertId, 'resolve');
  const resolved = await setResolved(tx, alertId, actor, resolution, new Date(deps.clock.nowMs()));
  await write(
    deps,
    tx,
    change,
    'resolved',
    alert.status,
    'resolved',
    change.note ?? `Resolved as ${resolution}`,
  );
  for (const hook of deps.hooks) await hook.resolved(tx, resolved, resolution, actor);
  return resolved;
};
