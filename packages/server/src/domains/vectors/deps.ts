import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/index.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { RequestContext } from '../../platform/http/route.ts';
import type { LimitPolicy, Limiter } from '../../platform/limits/index.ts';

/** Makes vectors of texts through the gateway: with the caller's rights, limits and ledger. */
export type Embed = (
  model: string,
  texts: readonly string[],
  ctx: RequestContext,
) => Promise<readonly (readonly number[])[]>;

export interface VectorsDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly cursors: CursorCodec;
  readonly limiter: Limiter;
  readonly embed: Embed;
}

/** Of one user: a query looks at every vector of a namespace, so these bound its time and memory. */
export const maxNamespaces = 50;
export const maxVectors = 50_000;

/** Queries of one user: each may read a whole namespace. */
export const queryPolicy: LimitPolicy = { name: 'vector-queries', quota: 120, windowSeconds: 60 };
