import { Type } from 'typebox';
import { BehaviourBaseline, BehaviourModel, PageQuery, Uuid, pageOf } from '@gpushield/contracts';
import type { Executor } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, noContent, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import {
  deleteBaseline,
  findBaseline,
  listBaselines,
  readModel,
  setBaselineStatus,
  type BaselineRecord,
} from '../baseline/baseline-store.ts';
import type { ScoringDeps } from '../deps.ts';

const tag = 'Scores';
const params = Type.Object({ id: Uuid });
const path = '/api/v1/scoring/baselines';

const present = (record: BaselineRecord): BehaviourBaseline => ({
  id: record.id,
  workload: record.workload,
  status: record.status,
  version: record.version,
  sequences: record.sequences,
  syscalls: record.syscalls,
  created_at: record.createdAt.toISOString(),
  updated_at: record.updatedAt.toISOString(),
});

const unknown = (): AppError => new AppError('not_found', { detail: 'There is no baseline of this id' });
const required = async (db: Executor, id: string): Promise<BaselineRecord> => {
  const record = await findBaseline(db, id);
  if (record === undefined) throw unknown();
  return record;
};

const listRoute = (deps: Pick<ScoringDeps, 'cursors'>): Route =>
  defineRoute({
    method: 'GET',
    path,
    operationId: 'listBehaviourBaselines',
    summary: 'What is known of the usual behaviour of workloads, newest first',
    tag,
    access: { scope: 'scores:read' },
    audit: { when: 'with', action: 'baseline.list' },
    effect: 'read',
    schema: { query: Type.Object(PageQuery), responses: { 200: pageOf(BehaviourBaseline) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) =>
      ok(
        await paginate({
          codec: deps.cursors,
          list: 'behaviour-baselines',
          request: query,
          filters: {},
          fetch: (limit, after) => listBaselines(ctx.db, limit, after),
          position: ({ createdAt, id }) => ({ sort: String(createdAt.getTime()), id }),
          present,
        }),
      ),
  });

const exportRoute = (): Route =>
  defineRoute({
    method: 'GET',
    path: `${path}/:id/model`,
    operationId: 'exportBehaviourBaseline',
    summary: 'The model of one baseline, whole',
    tag,
    access: { scope: 'scores:read' },
    audit: { when: 'with', action: 'baseline.export' },
    effect: 'read',
    schema: { params, responses: { 200: BehaviourModel } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      const record = await required(ctx.db, id);
      const model = await readModel(ctx.db, id);
      if (model === undefined) throw unknown();
      return ok({ ...present(record), model: model.model, surprises: model.surprises });
    },
  });

const switchRoute = (deps: Pick<ScoringDeps, 'clock'>, verb: 'freeze' | 'unfreeze'): Route =>
  defineRoute({
    method: 'POST',
    path: `${path}/:id/${verb}`,
    operationId: `${verb}BehaviourBaseline`,
    summary: verb === 'freeze' ? 'Learn no more: what is usual stays as it is' : 'Go on learning',
    tag,
    access: { scope: 'scores:write' },
    audit: { when: 'before', action: `baseline.${verb}` },
    effect: 'transaction',
    schema: { params, responses: { 200: BehaviourBaseline } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      const tx = transactionOf(ctx);
      const now = new Date(deps.clock.nowMs());
      if (!(await setBaselineStatus(tx, id, verb === 'freeze' ? 'frozen' : 'learning', now))) throw unknown();
      return ok(present(await required(tx, id)));
    },
  });

const deleteRoute = (): Route =>
  defineRoute({
    method: 'DELETE',
    path: `${path}/:id`,
    operationId: 'deleteBehaviourBaseline',
    summary: 'Forget what was learned of a workload: it is learned anew',
    tag,
    access: { scope: 'scores:write' },
    audit: { when: 'before', action: 'baseline.delete' },
    effect: 'transaction',
    schema: { params, responses: { 204: null } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      if (!(await deleteBaseline(transactionOf(ctx), id))) throw unknown();
      return noContent();
    },
  });

export const baselineRoutes = (deps: Pick<ScoringDeps, 'clock' | 'cursors'>): readonly Route[] => [
  listRoute(deps),
  exportRoute(),
  switchRoute(deps, 'freeze'),
  switchRoute(deps, 'unfreeze'),
  deleteRoute(),
];
