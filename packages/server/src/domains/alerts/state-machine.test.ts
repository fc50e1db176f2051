import { describe, expect, it } from 'vitest';
import { alertStatuses } from '@gpushield/contracts';
import { alertActions, allowedActions, decide, isClosed } from './state-machine.ts';

/** Where each action leads from each status; `.` is refused. Every cell of the life of an alert. */
const table = {
  //               acknowledge     investigate     assign          set_severity    resolve   false_positive   reopen    comment
  open: ['acknowledged', 'investigating', 'open', 'open', 'resolved', 'false_positive', '.', 'open'],
  acknowledged: ['acknowledged', 'investigating', 'acknowledged', 'acknowledged', 'resolved', 'false_positive', '.', 'acknowledged'], // prettier-ignore
  investigating: ['investigating', 'investigating', 'investigating', 'investigating', 'resolved', 'false_positive', '.', 'investigating'], // prettier-ignore
  resolved: ['.', '.', '.', '.', '.', '.', 'reopened', 'resolved'],
  false_positive: ['.', '.', '.', '.', '.', '.', 'reopened', 'false_positive'],
  reopened: ['acknowledged', 'investigating', 'reopened', 'reopened', 'resolved', 'false_positive', '.', 'reopened'], // prettier-ignore
} as const;

describe('an alert', () => {
  it.each(alertStatuses)('that is %s answers every action as the table says', (status) => {
    const led = alertActions.map((action) => {
      const decision = decide(status, action);
      if (decision.kind === 'stay') return status;
      return decision.kind === 'move' ? decision.to : '.';
    });
    expect(led).toEqual(table[status]);
  });

  it('that refuses an action says what it takes instead', () => {
    expect(decide('resolved', 'acknowledge')).toEqual({ kind: 'refused', allowed: ['reopen', 'comment'] });
    for (const status of alertStatuses) expect(allowedActions(status)).not.toEqual([]);
  });

  it('is closed exactly where it can be opened again', () => {
    for (const status of alertStatuses)
      expect(allowedActions(status).includes('reopen')).toBe(isClosed(status));
  });
});
