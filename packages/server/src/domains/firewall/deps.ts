import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/types.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { AlertsPort } from '../alerts/index.ts';
import type { Verdict } from './types.ts';

/** A stronger model's opinion of a text. Rejects when it has none; the deadline is the firewall's. */
export type Guard = (
  text: string,
  signal: AbortSignal,
) => Promise<{ readonly unsafe: boolean; readonly score: number }>;

/** What the firewall stands on. */
export interface FirewallDomainDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly cursors: CursorCodec;
  readonly alerts: Pick<AlertsPort, 'raise'>;
  readonly log: Logger;
  /** Told every verdict about a call, for metrics. Of a stream only those that found something. */
  readonly onVerdict: (verdict: Verdict, direction: 'input' | 'output') => void;
}
