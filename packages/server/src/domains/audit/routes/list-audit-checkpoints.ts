import { PageQuery, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import { checkpointRecord, readNewestCheckpoints } from '../../../platform/audit/index.ts';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { AuditCheckpoint } from '../present-checkpoint.ts';

/** GET /api/v1/audit/checkpoints: signed statements of the trail, newest first. Keep them where nobody can change them. */
export const listAuditCheckpoints = ({ cursors }: { readonly cursors: CursorCodec }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/audit/checkpoints',
    operationId: 'listAuditCheckpoints',
    summary: 'Signed checkpoints of the audit trail, newest first',
    tag: 'Audit',
    access: { scope: 'audit:read' },
    audit: { when: 'with', action: 'audit.checkpoints.read', resource: 'audit' },
    effect: 'read',
    errors: ['invalid_cursor'],
    schema: {
      query: Type.Object(PageQuery, { additionalProperties: false }),
      responses: { 200: pageOf(AuditCheckpoint) },
    },
    handler: async ({ query }, ctx) =>
      ok(
        await paginate({
          codec: cursors,
          list: 'audit-checkpoints',
          request: query,
          filters: {},
          fetch: (limit, after) =>
            readNewestCheckpoints(ctx.db, after === undefined ? undefined : Number(after.id), limit),
          position: ({ number, occurredAtMs }) => ({
            sort: new Date(occurredAtMs).toISOString(),
            id: String(number),
          }),
          present: checkpointRecord,
        }),
      ),
  });
