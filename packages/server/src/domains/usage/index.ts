import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/index.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { Route } from '../../platform/http/route.ts';
import type { Logger } from 'pino';
import { createLedger, type LedgerPort } from './ledger.ts';
import { listUsage } from './routes/list-usage.ts';
import { sumUsage } from './routes/sum-usage.ts';

export type { LedgerPort } from './ledger.ts';
export type { UsageEntry } from './types.ts';

export interface UsageDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly cursors: CursorCodec;
}

/** The ledger of GPU time and tokens: who used how much of what. Inference and reservations write it. */
export const createUsageDomain = (deps: UsageDeps) => {
  const ledger = createLedger(deps);
  const port: LedgerPort = { record: ledger.record, recordIn: ledger.recordIn };
  const routes: readonly Route[] = [listUsage(deps), sumUsage(deps)];
  return { port, routes, start: ledger.start, stop: ledger.stop };
};
