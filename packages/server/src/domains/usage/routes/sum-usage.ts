import { UsageSummary, UsageSumQuery } from '@gpushield/contracts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { filterOf } from '../filter.ts';
import { sumEntries } from '../store.ts';

/** Rows of a summary: whoever has more users and models than this narrows the question. */
const maxRows = 500;
const dayMs = 86_400_000;

/** GET /api/v1/usage/summary: the ledger summed by principal and subject, of the last day unless said. */
export const sumUsage = ({ clock }: { readonly clock: { nowMs(): number } }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/usage/summary',
    operationId: 'sumUsage',
    summary:
      'Tokens, GPU-seconds and cost by principal and subject; the last 24 hours unless from says otherwise',
    tag: 'Usage',
    access: { scope: 'usage:read' },
    audit: { when: 'with', action: 'usage.summary', resource: 'usage' },
    effect: 'read',
    schema: { query: UsageSumQuery, responses: { 200: UsageSummary } },
    errors: ['not_owner'],
    handler: async ({ query }, ctx) => {
      const filter = filterOf(query, ctx);
      const from = filter.from ?? new Date(clock.nowMs() - dayMs);
      const rows = await sumEntries(ctx.db, { ...filter, from }, maxRows);
      return ok({
        data: rows.map((row) => ({
          ...row,
          calls: Number(row.calls),
          prompt_tokens: Number(row.prompt_tokens),
          completion_tokens: Number(row.completion_tokens),
        })),
      });
    },
  });
