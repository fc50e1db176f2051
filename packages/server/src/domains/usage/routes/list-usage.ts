import { pageOf, UsageQuery, UsageRecord } from '@gpushield/contracts';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { filterOf } from '../filter.ts';
import { selectEntries, type UsageRow } from '../store.ts';

const present = (row: UsageRow): UsageRecord => ({
  ...row,
  at: row.at.toISOString(),
  prompt_tokens: Number(row.prompt_tokens),
  completion_tokens: Number(row.completion_tokens),
});

/** GET /api/v1/usage: the ledger, newest first. */
export const listUsage = ({ cursors }: { readonly cursors: CursorCodec }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/usage',
    operationId: 'listUsage',
    summary: 'Who used how many tokens and GPU-seconds of what, newest first',
    tag: 'Usage',
    access: { scope: 'usage:read' },
    audit: { when: 'with', action: 'usage.list', resource: 'usage' },
    effect: 'read',
    schema: { query: UsageQuery, responses: { 200: pageOf(UsageRecord) } },
    errors: ['invalid_cursor', 'not_owner'],
    handler: async ({ query }, ctx) => {
      const filter = filterOf(query, ctx);
      return ok(
        await paginate({
          codec: cursors,
          list: 'usage',
          request: query,
          filters: filter,
          fetch: (limit, after) => selectEntries(ctx.db, filter, limit, after),
          position: (row: UsageRow) => ({ sort: row.at.toISOString(), id: row.id }),
          present,
        }),
      );
    },
  });
