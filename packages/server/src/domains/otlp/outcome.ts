import type { RequestContext } from '../../platform/http/route.ts';
import type { IdempotencyClaim } from '../../platform/idempotency/index.ts';
import type { OtlpDeps, Signal } from './deps.ts';
import type { Rejections } from './rejections.ts';

/** What an export is answered: how many of its items were rejected, and why. */
export interface ExportOutcome {
  readonly rejected: number;
  readonly message: string;
}

/** `replayed`: an earlier request with the same Idempotency-Key was taken, and this is what it was told. */
export interface Accepted {
  readonly outcome: ExportOutcome;
  readonly replayed: boolean;
}

export const outcomeOf = (rejections: Rejections, unit: string): ExportOutcome => ({
  rejected: rejections.total(),
  message: rejections.message(unit),
});

const isOutcome = (value: unknown): value is ExportOutcome =>
  typeof value === 'object' && value !== null && 'rejected' in value && 'message' in value;

/** What an earlier request was told, out of the kept answer. */
export const replayOf = (body: unknown, own: ExportOutcome): Accepted => ({
  outcome: isOutcome(body) ? body : own,
  replayed: true,
});

/** Counts what was taken, once it is durable: neither failed nor replayed exports are counted. */
export const count = (
  { onItems }: Pick<OtlpDeps, 'onItems'>,
  signal: Signal,
  items: number,
  rejected: number,
): void => {
  onItems(signal, 'stored', items - rejected);
  onItems(signal, 'rejected', rejected);
};

/** The request's Idempotency-Key, where one was sent. */
export const claimOf = (
  ctx: Pick<RequestContext, 'principal' | 'idempotencyKey' | 'payloadHash'>,
  signal: Signal,
): IdempotencyClaim | undefined =>
  ctx.idempotencyKey === undefined
    ? undefined
    : {
        principalId: ctx.principal.id,
        route: `otlp_${signal}`,
        key: ctx.idempotencyKey,
        payloadHash: ctx.payloadHash,
      };
