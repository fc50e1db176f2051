import type { AlertStatus } from '@gpushield/contracts';

export type AlertAction = 'acknowledge' | 'assign' | 'resolve';

export type Decision =
  | { readonly kind: 'move'; readonly to: AlertStatus }
  /** Allowed, and the status stays what it is. */
  | { readonly kind: 'stay' }
  | { readonly kind: 'refused'; readonly allowed: readonly AlertAction[] };

const table: Readonly<Record<AlertStatus, Readonly<Partial<Record<AlertAction, AlertStatus>>>>> = {
  open: { acknowledge: 'acknowledged', assign: 'open', resolve: 'resolved' },
  acknowledged: { acknowledge: 'acknowledged', assign: 'acknowledged', resolve: 'resolved' },
  // Terminal: what happens again is a new alert, so that its history stands alone.
  resolved: {},
};

/** What an action does to an alert of this status. Acknowledging twice is no mistake: it changes nothing. */
export const decide = (status: AlertStatus, action: AlertAction): Decision => {
  const to = table[status][action];
  if (to === undefined) return { kind: 'refused', allowed: allowedActions(status) };
  return to === status ? { kind: 'stay' } : { kind: 'move', to };
};

export const allowedActions = (status: AlertStatus): readonly AlertAction[] =>
  (['acknowledge', 'assign', 'resolve'] as const).filter((action) => table[status][action] !== undefined);
