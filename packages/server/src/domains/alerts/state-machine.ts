import type { AlertStatus } from '@gpushield/contracts';

export const alertActions = [
  'acknowledge',
  'investigate',
  'assign',
  'set_severity',
  'resolve',
  'false_positive',
  'reopen',
  'comment',
] as const;
export type AlertAction = (typeof alertActions)[number];

export type Decision =
  | { readonly kind: 'move'; readonly to: AlertStatus }
  /** Allowed, and the status stays what it is. */
  | { readonly kind: 'stay' }
  | { readonly kind: 'refused'; readonly allowed: readonly AlertAction[] };

type Row = Readonly<Partial<Record<AlertAction, AlertStatus>>>;

/** What can be done to every active alert of this status without moving it. */
const inPlace = (status: AlertStatus): Row => ({ assign: status, set_severity: status, comment: status });
const closing: Row = { resolve: 'resolved', false_positive: 'false_positive' };
const starting: Row = { acknowledge: 'acknowledged', investigate: 'investigating' };

const table: Readonly<Record<AlertStatus, Row>> = {
  open: { ...inPlace('open'), ...starting, ...closing },
  reopened: { ...inPlace('reopened'), ...starting, ...closing },
  acknowledged: { ...inPlace('acknowledged'), ...starting, ...closing },
  // Who investigates has acknowledged: that is no way back.
  investigating: {
    ...inPlace('investigating'),
    acknowledge: 'investigating',
    investigate: 'investigating',
    ...closing,
  },
  // What happens again is a new alert, so that its history stands alone; a person may say that this one goes on.
  resolved: { reopen: 'reopened', comment: 'resolved' },
  false_positive: { reopen: 'reopened', comment: 'false_positive' },
};

/** What an action does to an alert of this status. Doing the same twice is no mistake: it changes nothing. */
export const decide = (status: AlertStatus, action: AlertAction): Decision => {
  const to = table[status][action];
  if (to === undefined) return { kind: 'refused', allowed: allowedActions(status) };
  return to === status ? { kind: 'stay' } : { kind: 'move', to };
};

export const allowedActions = (status: AlertStatus): readonly AlertAction[] =>
  alertActions.filter((action) => table[status][action] !== undefined);

/** Whether an alert of this status asks for nobody any more. */
export const isClosed = (status: AlertStatus): boolean =>
  status === 'resolved' || status === 'false_positive';
