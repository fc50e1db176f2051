import { Readable } from 'node:stream';
import { Timestamp } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { exportEntries } from '../export-entries.ts';
import { exportFormats, exportTypes } from '../export-format.ts';

const ExportQuery = Type.Object(
  {
    since: Type.Optional(Timestamp),
    until: Type.Optional(Timestamp),
    format: Type.Optional(Type.Enum([...exportFormats], { default: 'jsonl' })),
  },
  { additionalProperties: false },
);

/** GET /api/v1/audit/export: the trail of a time as a file, oldest first. It ends where it was when it began. */
export const exportAuditEntries = ({ clock }: { readonly clock: Pick<Clock, 'nowMs'> }) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/audit/export',
    operationId: 'exportAuditEntries',
    summary: 'The audit trail of a time as JSON lines, CSV or OCSF events, oldest first',
    tag: 'Audit',
    access: { scope: 'audit:export' },
    audit: { when: 'before', action: 'audit.export', resource: 'audit' },
    effect: 'read',
    produces: 'application/x-ndjson',
    schema: {
      query: ExportQuery,
      responses: { 200: Type.String({ description: 'One entry a line; CSV and OCSF by `format`' }) },
    },
    handler: ({ query }, ctx) => {
      const { since, until = new Date(clock.nowMs()).toISOString(), format = 'jsonl' } = query;
      const lines = exportEntries({ db: ctx.db, since, until, format, signal: ctx.signal });
      const name = `audit-${until.slice(0, 10)}.${format === 'csv' ? 'csv' : 'jsonl'}`;
      return Promise.resolve(
        ok(Readable.from(lines, { highWaterMark: 1 }), {
          'content-type': exportTypes[format],
          'content-disposition': `attachment; filename="${name}"`,
        }),
      );
    },
  });
