import type { AuditSigner } from '../../platform/audit/index.ts';
import type { Clock } from '../../platform/clock.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { Route } from '../../platform/http/route.ts';
import { exportAuditEntries } from './routes/export-audit-entries.ts';
import { getAuditPublicKey } from './routes/get-audit-public-key.ts';
import { listAuditCheckpoints } from './routes/list-audit-checkpoints.ts';
import { listAuditEntries } from './routes/list-audit-entries.ts';

/** The audit trail as its readers see it; the platform writes it. */
export const createAuditDomain = (deps: {
  readonly cursors: CursorCodec;
  readonly signer: AuditSigner;
  readonly clock: Pick<Clock, 'nowMs'>;
}): { readonly routes: readonly Route[] } => ({
  routes: [
    listAuditEntries(deps),
    exportAuditEntries(deps),
    listAuditCheckpoints(deps),
    getAuditPublicKey(deps),
  ],
});
