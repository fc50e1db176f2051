import { Type } from 'typebox';
import { RiskSubscription, RiskSubscriptionInput, Uuid } from '@gpushield/contracts';
import type { Executor } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, noContent, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import { findAgentRecord } from '../agents/agent-store.ts';
import {
  defaultHysteresis,
  deleteSubscription,
  endpointExists,
  findSubscription,
  putSubscription,
} from '../crossings/subscription-store.ts';
import type { ScoringDeps } from '../deps.ts';

const tag = 'Webhooks';
const params = Type.Object({ id: Uuid });
const path = '/api/v1/webhooks/:id/risk-threshold';

const shown = async (db: Executor, id: string) => {
  const found = await findSubscription(db, id);
  if (found === undefined) {
    throw new AppError('not_found', { detail: 'This webhook has no threshold of its own' });
  }
  return {
    endpoint_id: found.endpointId,
    threshold: found.threshold,
    hysteresis: found.hysteresis,
    agent_id: found.agentId,
    updated_at: found.updatedAt.toISOString(),
  };
};

const putRoute = (deps: Pick<ScoringDeps, 'clock'>): Route =>
  defineRoute({
    method: 'PUT',
    path,
    operationId: 'putRiskThreshold',
    summary: 'From which risk a webhook is told, how far below it is over, and of whose processes',
    tag,
    access: { scope: 'webhooks:write' },
    audit: { when: 'before', action: 'webhook.risk_threshold' },
    effect: 'transaction',
    schema: { params, body: RiskSubscriptionInput, responses: { 200: RiskSubscription } },
    errors: ['not_found', 'unknown_reference'],
    handler: async ({ params: { id }, body }, ctx) => {
      const tx = transactionOf(ctx);
      const { threshold, agent_id: agentId = null } = body;
      const hysteresis = body.hysteresis ?? Math.min(defaultHysteresis, threshold / 2);
      if (hysteresis >= threshold) {
        const errors = [{ field: '/hysteresis', message: 'must be less than the threshold' }];
        throw new AppError('validation_failed', {
          detail: '/hysteresis must be less than the threshold',
          errors,
        });
      }
      if (!(await endpointExists(tx, id))) {
        throw new AppError('not_found', { detail: 'There is no webhook with this id' });
      }
      if (agentId !== null && (await findAgentRecord(tx, agentId)) === undefined) {
        throw new AppError('unknown_reference', { detail: '/agent_id is not an agent' });
      }
      const now = new Date(deps.clock.nowMs());
      await putSubscription(tx, { endpointId: id, agentId, threshold, hysteresis }, now);
      return ok(await shown(tx, id));
    },
  });

const getRoute = (): Route =>
  defineRoute({
    method: 'GET',
    path,
    operationId: 'getRiskThreshold',
    summary: "A webhook's own threshold",
    tag,
    access: { scope: 'webhooks:read' },
    audit: { when: 'with', action: 'webhook.risk_threshold.read' },
    effect: 'read',
    schema: { params, responses: { 200: RiskSubscription } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => ok(await shown(ctx.db, id)),
  });

const deleteRoute = (): Route =>
  defineRoute({
    method: 'DELETE',
    path,
    operationId: 'deleteRiskThreshold',
    summary: 'Forget the own threshold: the default counts where the webhook asks for risk_threshold_crossed',
    tag,
    access: { scope: 'webhooks:write' },
    audit: { when: 'before', action: 'webhook.risk_threshold.delete' },
    effect: 'transaction',
    schema: { params, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      if (!(await deleteSubscription(transactionOf(ctx), id))) {
        throw new AppError('not_found', { detail: 'This webhook has no threshold of its own' });
      }
      return noContent();
    },
  });

export const riskSubscriptionRoutes = (deps: Pick<ScoringDeps, 'clock'>): readonly Route[] => [
  putRoute(deps),
  getRoute(),
  deleteRoute(),
];
