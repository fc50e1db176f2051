import { AuditEntry, PageQuery, Timestamp, pageOf, text } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { presentEntry } from '../present-entry.ts';
import { listEntries } from '../store.ts';

const ListAuditEntriesQuery = Type.Object(
  {
    principal_id: Type.Optional(text(256, 1)),
    action: Type.Optional(text(128, 1)),
    resource: Type.Optional(text(512, 1)),
    correlation_id: Type.Optional(text(128, 1)),
    granted: Type.Optional(Type.Boolean()),
    since: Type.Optional(Timestamp),
    until: Type.Optional(Timestamp),
    ...PageQuery,
  },
  { additionalProperties: false },
);

/** GET /api/v1/audit: who did what, and what was refused; newest first. */
export const listAuditEntries = ({ cursors }: { readonly cursors: CursorCodec }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/audit',
    operationId: 'listAuditEntries',
    summary: 'The audit trail, newest first',
    tag: 'Audit',
    access: { scope: 'audit:read' },
    audit: { when: 'with', action: 'audit.read', resource: 'audit' },
    effect: 'read',
    errors: ['invalid_cursor'],
    schema: { query: ListAuditEntriesQuery, responses: { 200: pageOf(AuditEntry) } },
    handler: async ({ query }, ctx) =>
      ok(
        await paginate({
          codec: cursors,
          list: 'audit',
          request: query,
          filters: query,
          fetch: (limit, after) => listEntries(ctx.db, query, limit, after),
          position: (row) => ({ sort: row.occurred_at.toISOString(), id: row.id }),
          present: presentEntry,
        }),
      ),
  });
