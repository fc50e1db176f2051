import type { RouteResult } from '../../../platform/http/route.ts';
import type { Receipt } from '../../../platform/ingest/index.ts';

/** A replayed answer says so, as those of the other routes do. */
export const toResult = ({ status, body, replayed }: Receipt): RouteResult =>
  replayed ? { status, body, headers: { 'idempotency-replayed': 'true' } } : { status, body };
