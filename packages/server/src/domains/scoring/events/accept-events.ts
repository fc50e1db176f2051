import type { Clock } from '../../../platform/clock.ts';
import type { RequestContext, RouteResult } from '../../../platform/http/route.ts';
import type { BatchWriter } from '../../../platform/ingest/index.ts';
import type { AgentRecord } from '../agents/agent-store.ts';
import type { AgentDirectory } from '../agents/directory.ts';
import type { RuleScoring } from '../rules/index.ts';
import { compactAnswer, expandAnswer } from './answer.ts';
import { makeEventBatch, type EventBatch } from './event-batch.ts';

export interface AcceptEventsDeps {
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly directory: AgentDirectory;
  readonly writer: BatchWriter<EventBatch>;
  readonly scoring: () => RuleScoring;
  readonly onEvents: (outcome: 'accepted' | 'duplicate' | 'error', events: number) => void;
}

export interface GivenEvents {
  readonly agent: AgentRecord;
  readonly raw: readonly unknown[];
  readonly text: Buffer | undefined;
  readonly operationId: string;
}

/** Stores and scores the events of a request; answers when they are durable. Errors: those of `BatchWriter.submit`. */
export const acceptEvents = async (
  deps: AcceptEventsDeps,
  { agent, raw, text, operationId }: GivenEvents,
  ctx: Pick<RequestContext, 'principal' | 'idempotencyKey' | 'payloadHash'>,
): Promise<RouteResult> => {
  const batch = await makeEventBatch({ agent, raw, text, receivedAtMs: deps.clock.nowMs() }, deps.scoring());
  const { idempotencyKey: key } = ctx;
  const receipt = await deps.writer.submit({
    item: batch,
    rows: raw.length,
    answer: { status: 200, body: null },
    answerAfter: () => ({ status: 200, body: compactAnswer(batch) }),
    idempotency:
      key === undefined
        ? undefined
        : { principalId: ctx.principal.id, route: operationId, key, payloadHash: ctx.payloadHash },
  });
  deps.directory.noteSeen(agent.id);
  const body = expandAnswer(receipt.body, batch);
  if (!receipt.replayed) {
    deps.onEvents('accepted', body.accepted);
    deps.onEvents('duplicate', body.duplicates);
    deps.onEvents('error', body.errors);
  }
  return receipt.replayed
    ? { status: receipt.status, body, headers: { 'idempotency-replayed': 'true' } }
    : { status: receipt.status, body };
};
