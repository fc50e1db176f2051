import { isUniqueViolation } from '../../platform/database/errors.ts';
import type { Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import {
  activeFingerprints,
  lockAlerts,
  readAlerts,
  writeChanges,
  writeMutes,
  type ChangeRow,
} from './change-store.ts';
import type { AlertDeps } from './deps.ts';
import { tell } from './notify.ts';
import { planChange, type Command, type Plan } from './plan-change.ts';
import type { AlertRecord } from './types.ts';

export interface Change {
  readonly ids: readonly string[];
  readonly actor: string;
  readonly command: Command;
}

/** What became of one alert of a change. */
export type Changed =
  | { readonly id: string; readonly kind: 'changed' | 'unchanged'; readonly alert: AlertRecord }
  | {
      readonly id: string;
      readonly kind: 'refused';
      readonly alert: AlertRecord;
      readonly allowed: readonly string[];
    }
  /** Another alert with the fingerprint is active: this one cannot be opened again beside it. */
  | { readonly id: string; readonly kind: 'conflict'; readonly alert: AlertRecord }
  | { readonly id: string; readonly kind: 'not_found' };

type Applied = Extract<Plan, { kind: 'changed' }>;

/** The alerts, locked. Domains with locks of their own take them first: one order everywhere, hence no deadlock. */
const lockAll = async (
  deps: AlertDeps,
  tx: Tx,
  { ids, command }: Change,
): Promise<readonly AlertRecord[]> => {
  if (command.action === 'resolve' && deps.hooks.some(({ lockFirst }) => lockFirst !== undefined)) {
    const seen = (await readAlerts(tx, ids)).toSorted((a, b) =>
      String(a.nodeId) < String(b.nodeId) ? -1 : 1,
    );
    for (const hook of deps.hooks) for (const alert of seen) await hook.lockFirst?.(tx, alert);
  }
  return lockAlerts(tx, ids);
};

/** Of the alerts that would be opened again, those whose fingerprint is taken by an active one. */
const findConflicts = async (tx: Tx, plans: readonly Applied[]): Promise<ReadonlySet<string>> => {
  const taken = new Set(
    await activeFingerprints(
      tx,
      plans.map(({ next }) => next.fingerprint),
    ),
  );
  const conflicts = new Set<string>();
  for (const { next } of plans) {
    if (taken.has(next.fingerprint)) conflicts.add(next.id);
    taken.add(next.fingerprint);
  }
  return conflicts;
};

/** Writes what was planned; a finding that comes at this moment may still be faster than a reopening. */
const write = async (tx: Tx, rows: readonly ChangeRow[], by: { actor: string; now: Date }): Promise<void> => {
  try {
    await tx.savepoint(() => writeChanges(tx, rows, by));
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    throw new AppError('conflict', {
      detail: 'The finding came again meanwhile: another alert is open for it',
    });
  }
};

const apply = async (
  deps: AlertDeps,
  tx: Tx,
  { actor, command }: Change,
  plans: readonly Applied[],
  now: Date,
): Promise<void> => {
  if (plans.length === 0) return;
  const rows = plans.map(({ next, entry }) => ({ historyId: deps.newId(), next, entry }));
  if (command.action === 'reopen') await write(tx, rows, { actor, now });
  else await writeChanges(tx, rows, { actor, now });
  if (command.action === 'reopen' || command.action === 'false_positive') {
    await writeMutes(
      tx,
      plans.map(({ next }) => next),
      { actor, now },
    );
  }
  if (command.action === 'resolve') {
    for (const { next } of plans) {
      for (const hook of deps.hooks) await hook.resolved(tx, next, command.resolution, actor);
    }
  }
  await tell(
    deps,
    tx,
    actor,
    plans.map(({ before, next, entry }) => ({
      alert: next,
      action: entry.action,
      note: entry.note,
      severityBefore: before.severity === next.severity ? undefined : before.severity,
    })),
  );
};

/**
 * Does to each of the alerts what the command says, in the caller's transaction, and answers what became of each in the
 * order of `ids`. One alert's refusal keeps no other from changing. Throws `unknown_reference` for an assignee who is
 * no active user, and `conflict` where a finding came again at the very moment of a reopening.
 */
export const changeAlerts = async (deps: AlertDeps, tx: Tx, change: Change): Promise<readonly Changed[]> => {
  const { actor, command } = change;
  if (command.action === 'assign' && command.assignee !== null) {
    if (!(await deps.userExists(tx, command.assignee))) {
      throw new AppError('unknown_reference', { detail: 'assignee is not the name of an active user' });
    }
  }
  const now = new Date(deps.clock.nowMs());
  const alerts = await lockAll(deps, tx, change);
  const plans = alerts.map((alert) => ({ alert, plan: planChange(alert, command, { actor, now }) }));
  const wanted = plans.flatMap(({ plan }) => (plan.kind === 'changed' ? [plan] : []));
  const conflicts =
    command.action === 'reopen' ? await findConflicts(tx, wanted) : (new Set() as ReadonlySet<string>);
  await apply(deps, tx, change, wanted.filter(({ next }) => !conflicts.has(next.id)), now); // prettier-ignore
  const outcomes = new Map<string, Changed>(
    plans.map(({ alert, plan }) => {
      const { id } = alert;
      if (conflicts.has(id)) return [id, { id, kind: 'conflict', alert }];
      if (plan.kind === 'refused') return [id, { id, kind: 'refused', alert, allowed: plan.allowed }];
      return [id, { id, kind: plan.kind, alert: plan.kind === 'changed' ? plan.next : alert }];
    }),
  );
  return change.ids.map((id) => outcomes.get(id) ?? { id, kind: 'not_found' });
};

/** The same for one alert; what kept it from changing is thrown: `not_found`, `invalid_transition` or `conflict`. */
export const changeAlert = async (
  deps: AlertDeps,
  tx: Tx,
  change: { readonly id: string; readonly actor: string; readonly command: Command },
): Promise<AlertRecord> => {
  const [outcome] = await changeAlerts(deps, tx, { ...change, ids: [change.id] });
  if (outcome === undefined || outcome.kind === 'not_found') {
    throw new AppError('not_found', { detail: 'There is no alert with this id' });
  }
  if (outcome.kind === 'conflict') {
    throw new AppError('conflict', { detail: 'Another alert with this fingerprint is active' });
  }
  if (outcome.kind === 'refused') {
    throw new AppError('invalid_transition', {
      detail: `This alert is ${outcome.alert.status}: ${change.command.action} is not possible; allowed: ${outcome.allowed.join(', ')}`,
    });
  }
  return outcome.alert;
};
