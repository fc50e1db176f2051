import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/types.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { AlertsPort } from '../alerts/index.ts';
import type { WatchXids } from '../detection/index.ts';
import type { EvidenceFleet } from './types.ts';

/** What evidence stands on. */
export interface EvidenceDomainDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly cursors: CursorCodec;
  readonly alerts: AlertsPort;
  readonly fleet: EvidenceFleet;
  /** Judges the Xids of GPUs in the transaction that stores them; nobody does where it is absent. */
  readonly watchXids?: WatchXids;
  /** Security events are kept this long after they were received. */
  readonly retentionDays: number;
  readonly log: Logger;
}
