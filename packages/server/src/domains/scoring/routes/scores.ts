import { Score, ScoreQuery, pageOf } from '@gpushield/contracts';
import type { Executor } from '../../../platform/database/types.ts';
import type { CursorPosition } from '../../../platform/http/cursor.ts';
import { paginate, type ReadUpTo } from '../../../platform/http/page.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import { timeOf } from '../../alerts/index.ts';
import { presentScore, riskNow } from '../processes/present.ts';
import {
  listProcesses,
  positionOf,
  type ProcessFilter,
  type ProcessRecord,
} from '../processes/read-store.ts';
import type { RuleScoring } from '../rules/index.ts';
import type { ReadDeps } from './read-deps.ts';

interface RiskRange {
  readonly risk_min?: number | undefined;
  readonly risk_max?: number | undefined;
}

const inRange = (risk: number, { risk_min: least = 0, risk_max: most = 100 }: RiskRange): boolean =>
  risk >= least && risk <= most;

/** Rows that one page may read to find those whose risk of this moment is in range; the stored risk is never far off. */
const maxReads = 20;
const maxRows = 1000;

/**
 * Reads on until the page is full: the stored risk may be a little higher than the present one. Answers where it came to
 * when it read as much as one page may.
 */
const fetchInRange = async (
  db: Executor,
  filter: ProcessFilter & RiskRange,
  scoring: RuleScoring,
  nowMs: number,
  page: { readonly limit: number; readonly after: CursorPosition | undefined },
): Promise<ReadUpTo<ProcessRecord>> => {
  const found: ProcessRecord[] = [];
  let { after } = page;
  for (let read = 0; read < maxReads; read += 1) {
    // Mostly a few rows are missing; a filter that few rows pass reads on in larger steps.
    const size = Math.min(maxRows, page.limit * 2 ** read);
    const rows = await listProcesses(db, filter, size, after);
    found.push(...rows.filter((row) => inRange(riskNow(scoring, row, nowMs), filter)));
    const last = rows.at(-1);
    if (found.length >= page.limit || rows.length < size || last === undefined) {
      return { rows: found.slice(0, page.limit), upTo: undefined };
    }
    after = positionOf(last);
  }
  return { rows: found, upTo: after };
};

export const listScoresRoute = (deps: ReadDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/scores',
    operationId: 'listScores',
    summary: 'Risk scores of this moment with what they are made of, newest processes first',
    tag: 'Scores',
    access: { scope: 'scores:read' },
    audit: { when: 'with', action: 'score.list' },
    effect: 'read',
    schema: { query: ScoreQuery, responses: { 200: pageOf(Score) } },
    errors: ['invalid_cursor'],
    handler: async ({ query }, ctx) => {
      const scoring = deps.scoring();
      const nowMs = deps.clock.nowMs();
      const filter = {
        ...query,
        since: query.since === undefined ? undefined : timeOf(query.since, 'query/since').toISOString(),
      };
      return ok(
        await paginate({
          codec: deps.cursors,
          list: 'scores',
          request: query,
          filters: query,
          fetch: (limit, after) => fetchInRange(ctx.db, filter, scoring, nowMs, { limit, after }),
          position: positionOf,
          present: (row) => presentScore(scoring, row, nowMs),
        }),
      );
    },
  });
