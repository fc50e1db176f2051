import { Type } from 'typebox';
import { PageQuery, Recalculation, Uuid, pageOf } from '@gpushield/contracts';
import { AppError } from '../../../platform/errors.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { ScoringDeps } from '../deps.ts';
import { beginRecalculation } from '../recalculation/begin.ts';
import { findRecalculation, listRecalculations, type RecalculationRecord } from '../recalculation/store.ts';
import type { RuleScoring } from '../rules/index.ts';

const tag = 'Scores';

export interface RecalculationRouteDeps extends Pick<ScoringDeps, 'db' | 'clock' | 'newId' | 'cursors'> {
  readonly scoring: () => RuleScoring;
  readonly wake: () => void;
}

const present = (record: RecalculationRecord): Recalculation => ({
  id: record.id,
  status: record.status,
  rules_version: record.rulesVersion,
  progress:
    record.status === 'succeeded'
      ? 1
      : Math.min(0.99, record.chunksTotal === 0 ? 0 : record.chunksDone / record.chunksTotal),
  events_done: record.eventsDone,
  processes_done: record.processesDone,
  started_by: record.startedBy,
  created_at: record.createdAt.toISOString(),
  updated_at: record.updatedAt.toISOString(),
  finished_at: record.finishedAt?.toISOString() ?? null,
});

// A colon begins a parameter for the router; two of them are the character itself.
const startRoute = (deps: RecalculationRouteDeps): Route =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/scores::recalculate',
    operationId: 'recalculateScores',
    summary:
      'Make every score anew out of the stored events by the rules in force; answers at once, and shows its progress',
    tag,
    access: { scope: 'scores:write' },
    audit: { when: 'before', action: 'score.recalculate' },
    effect: 'own',
    schema: { responses: { 202: Recalculation } },
    handler: async (_input, ctx) => {
      const record = await beginRecalculation(deps.db, {
        id: deps.newId(),
        rulesVersion: deps.scoring().version,
        startedBy: ctx.principal.id,
        now: new Date(deps.clock.nowMs()),
      });
      deps.wake();
      return {
        status: 202,
        body: present(record),
        headers: { location: `/api/v1/score-recalculations/${record.id}` },
      };
    },
  });

const getRoute = (): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/score-recalculations/:id',
    operationId: 'getScoreRecalculation',
    summary: 'How far a recalculation is',
    tag,
    access: { scope: 'scores:read' },
    audit: { when: 'with', action: 'score.recalculation.read' },
    effect: 'read',
    schema: { params: Type.Object({ id: Uuid }), responses: { 200: Recalculation } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      const record = await findRecalculation(ctx.db, id);
      if (record === undefined)
        throw new AppError('not_found', { detail: 'There is no recalculation of this id' });
      return ok(present(record));
    },
  });

const listRoute = (deps: RecalculationRouteDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/score-recalculations',
    operationId: 'listScoreRecalculations',
    summary: 'Recalculations, newest first',
    tag,
    access: { scope: 'scores:read' },
    audit: { when: 'with', action: 'score.recalculation.list' },
    effect: 'read',
    schema: { query: Type.Object(PageQuery), responses: { 200: pageOf(Recalculation) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) =>
      ok(
        await paginate({
          codec: deps.cursors,
          list: 'score-recalculations',
          request: query,
          filters: {},
          fetch: (limit, after) => listRecalculations(ctx.db, limit, after),
          position: ({ createdAt, id }) => ({ sort: String(createdAt.getTime()), id }),
          present,
        }),
      ),
  });

export const recalculationRoutes = (deps: RecalculationRouteDeps): readonly Route[] => [
  startRoute(deps),
  getRoute(),
  listRoute(deps),
];
