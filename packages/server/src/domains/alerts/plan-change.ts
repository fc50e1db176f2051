import type { AlertHistoryAction, AlertStatus, Severity } from '@gpushield/contracts';
import { decide, type AlertAction } from './state-machine.ts';
import type { AlertRecord, Resolution } from './types.ts';

/** What somebody wants done to an alert. `note` is for the history. */
export type Command = { readonly note: string | null } & (
  | { readonly action: 'acknowledge' | 'investigate' | 'reopen' }
  | { readonly action: 'assign'; readonly assignee: string | null }
  | { readonly action: 'set_severity'; readonly severity: Severity }
  | { readonly action: 'resolve'; readonly resolution: Resolution }
  | { readonly action: 'false_positive'; readonly quietMs: number }
  | { readonly action: 'comment'; readonly body: string }
);

/** One entry of the history that a change makes. */
export interface Entry {
  readonly action: AlertHistoryAction;
  readonly from: AlertStatus | null;
  readonly to: AlertStatus | null;
  readonly note: string | null;
}

export type Plan =
  | { readonly kind: 'refused'; readonly allowed: readonly AlertAction[] }
  | { readonly kind: 'unchanged' }
  | {
      readonly kind: 'changed';
      readonly before: AlertRecord;
      readonly next: AlertRecord;
      readonly entry: Entry;
    };

const inPlace = (action: AlertHistoryAction, note: string | null): Entry => ({
  action,
  from: null,
  to: null,
  note,
});
const withNote = (text: string, note: string | null): string => (note === null ? text : `${text}: ${note}`);
const unclosed = { resolvedAt: null, resolvedBy: null, resolution: null, mutedUntil: null };

/** The words for the history that a move is told with, where nobody gave any. */
const noteOf = (command: Command): string | null => {
  if (command.note !== null) return command.note;
  return command.action === 'resolve' ? `Resolved as ${command.resolution}` : null;
};

const moved = (
  alert: AlertRecord,
  to: AlertStatus,
  command: Command,
  { actor, now }: { readonly actor: string; readonly now: Date },
): AlertRecord => {
  const next = { ...alert, status: to, updatedAt: now };
  const closed = { ...next, resolvedAt: now, resolvedBy: actor };
  switch (command.action) {
    case 'resolve':
      return { ...closed, resolution: command.resolution };
    case 'false_positive': {
      const mutedUntil = command.quietMs > 0 ? new Date(now.getTime() + command.quietMs) : null;
      return { ...closed, resolution: null, mutedUntil };
    }
    case 'reopen':
      return { ...next, ...unclosed };
    default:
      // Whoever investigates what nobody acknowledged has acknowledged it.
      return to === 'acknowledged' || alert.acknowledgedAt === null
        ? { ...next, acknowledgedAt: now, acknowledgedBy: actor }
        : next;
  }
};

const historyAction = {
  acknowledged: 'acknowledged',
  investigating: 'investigating',
  resolved: 'resolved',
  false_positive: 'false_positive',
  reopened: 'reopened',
} as const;

/** What becomes of the alert when `actor` gives the command now: a pure decision. */
export const planChange = (
  alert: AlertRecord,
  command: Command,
  by: { readonly actor: string; readonly now: Date },
): Plan => {
  const decision = decide(alert.status, command.action);
  if (decision.kind === 'refused') return decision;
  const { note } = command;
  const changed = (next: AlertRecord, entry: Entry): Plan => ({
    kind: 'changed',
    before: alert,
    next,
    entry,
  });
  if (decision.kind === 'move') {
    const action = decision.to === 'open' ? 'noted' : historyAction[decision.to];
    const entry: Entry = { action, from: alert.status, to: decision.to, note: noteOf(command) };
    return changed(moved(alert, decision.to, command, by), entry);
  }
  if (command.action === 'comment') return changed(alert, inPlace('commented', command.body));
  if (command.action === 'assign') {
    const { assignee } = command;
    if (alert.assignee === assignee && note === null) return { kind: 'unchanged' };
    const who = assignee === null ? 'Taken back' : `Assigned to ${assignee}`;
    return changed({ ...alert, assignee, updatedAt: by.now }, inPlace('assigned', withNote(who, note)));
  }
  if (command.action === 'set_severity') {
    const { severity } = command;
    if (alert.severity === severity && alert.severitySetBy !== null && note === null) {
      return { kind: 'unchanged' };
    }
    const what = withNote(`${alert.severity} to ${severity}`, note);
    return changed(
      { ...alert, severity, severitySetBy: by.actor, updatedAt: by.now },
      inPlace('severity_changed', what),
    );
  }
  // Said again: nothing changes, but what was said with it is kept.
  return note === null ? { kind: 'unchanged' } : changed(alert, inPlace('noted', note));
};
