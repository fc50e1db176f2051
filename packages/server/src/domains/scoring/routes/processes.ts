import { Type } from 'typebox';
import {
  PageQuery,
  Process,
  ProcessQuery,
  ProcessTree,
  Score,
  ScorePoint,
  SyscallEvent,
  Timestamp,
  pageOf,
  text,
} from '@gpushield/contracts';
import type { Executor } from '../../../platform/database/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import { presentProcess, presentScore } from '../processes/present.ts';
import {
  ancestorsOf,
  descendantsOf,
  findProcess,
  listHistory,
  listProcesses,
  positionOf,
  type ProcessRecord,
} from '../processes/read-store.ts';
import { pageOfEvents } from './events.ts';
import type { ReadDeps } from './read-deps.ts';

const tag = 'Processes';
const params = Type.Object({ id: text(200, 1) });
const access = { scope: 'scores:read' } as const;
const maxDescendants = 500;

const required = async (db: Executor, id: string): Promise<ProcessRecord> => {
  const process = await findProcess(db, id);
  if (process === undefined) throw new AppError('not_found', { detail: 'There is no process of this id' });
  return process;
};

const listRoute = (deps: ReadDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/processes',
    operationId: 'listProcesses',
    summary: 'Processes, newest first',
    tag,
    access,
    audit: { when: 'with', action: 'process.list' },
    effect: 'read',
    schema: { query: ProcessQuery, responses: { 200: pageOf(Process) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) => {
      const nowMs = deps.clock.nowMs();
      const scoring = deps.scoring();
      return ok(
        await paginate({
          codec: deps.cursors,
          list: 'processes',
          request: query,
          filters: query,
          fetch: (limit, after) => listProcesses(ctx.db, query, limit, after),
          position: positionOf,
          present: (row) => presentProcess(scoring, row, nowMs),
        }),
      );
    },
  });

const getRoute = (deps: ReadDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/processes/:id',
    operationId: 'getProcess',
    summary: 'One process',
    tag,
    access,
    audit: { when: 'with', action: 'process.read' },
    effect: 'read',
    schema: { params, responses: { 200: Process } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) =>
      ok(presentProcess(deps.scoring(), await required(ctx.db, id), deps.clock.nowMs())),
  });

const scoreRoute = (deps: ReadDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/processes/:id/score',
    operationId: 'getProcessScore',
    summary: 'The risk of one process at this moment, with what it is made of',
    tag,
    access,
    audit: { when: 'with', action: 'process.score' },
    effect: 'read',
    schema: { params, responses: { 200: Score } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) =>
      ok(presentScore(deps.scoring(), await required(ctx.db, id), deps.clock.nowMs())),
  });

const historyRoute = (deps: ReadDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/processes/:id/score-history',
    operationId: 'listProcessScoreHistory',
    summary: 'The risk of one process each time that it changed, the latest first',
    tag,
    access,
    audit: { when: 'with', action: 'process.score_history' },
    effect: 'read',
    schema: { params, query: Type.Object(PageQuery), responses: { 200: pageOf(ScorePoint) } },
    errors: ['not_found', 'invalid_cursor'],
    handler: async ({ params: { id }, query }, ctx) => {
      await required(ctx.db, id);
      return ok(
        await paginate({
          codec: deps.cursors,
          list: 'score-history',
          request: query,
          filters: { process_id: id },
          fetch: (limit, after) => listHistory(ctx.db, id, limit, after),
          position: ({ at, id: pointId }) => ({ sort: String(at.getTime()), id: pointId }),
          present: ({ at, risk, cause }) => ({
            timestamp: at.toISOString(),
            risk_score: Math.round(risk * 100) / 100,
            cause,
          }),
        }),
      );
    },
  });

const EventsQuery = Type.Object({
  syscall: Type.Optional(text(64, 1)),
  since: Type.Optional(Timestamp),
  until: Type.Optional(Timestamp),
  ...PageQuery,
});

const eventsRoute = (deps: ReadDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/processes/:id/events',
    operationId: 'listProcessEvents',
    summary: 'The events of one process, the last received first',
    tag,
    access: { scope: 'events:read' },
    audit: { when: 'with', action: 'process.events' },
    effect: 'read',
    schema: { params, query: EventsQuery, responses: { 200: pageOf(SyscallEvent) } },
    errors: ['not_found', 'invalid_cursor'],
    handler: async ({ params: { id }, query }, ctx) => {
      await required(ctx.db, id);
      return ok(await pageOfEvents(deps, ctx.db, 'process-events', { query, processId: id }));
    },
  });

const treeRoute = (deps: ReadDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/processes/:id/tree',
    operationId: 'getProcessTree',
    summary: 'Who started a process, and what it started',
    tag,
    access,
    audit: { when: 'with', action: 'process.tree' },
    effect: 'read',
    schema: { params, responses: { 200: ProcessTree } },
    errors: ['not_found'],
    handler: async ({ params: { id } }, ctx) => {
      const process = await required(ctx.db, id);
      const ancestors = await ancestorsOf(ctx.db, id);
      const descendants = await descendantsOf(ctx.db, id, maxDescendants + 1);
      const nowMs = deps.clock.nowMs();
      const scoring = deps.scoring();
      const present = (row: ProcessRecord) => presentProcess(scoring, row, nowMs);
      return ok({
        process_id: id,
        ancestors: ancestors.map(present),
        process: present(process),
        descendants: descendants.slice(0, maxDescendants).map(present),
        truncated: descendants.length > maxDescendants,
      });
    },
  });

export const processRoutes = (deps: ReadDeps): readonly Route[] => [
  listRoute(deps),
  getRoute(deps),
  scoreRoute(deps),
  historyRoute(deps),
  eventsRoute(deps),
  treeRoute(deps),
];
