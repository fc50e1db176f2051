import { Readable } from 'node:stream';
import { Type } from 'typebox';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { AlertDeps } from '../deps.ts';
import { alertExportFormats, alertExportTypes, exportAlerts } from '../export-alerts.ts';
import { filtersOf } from '../page-of-alerts.ts';
import { alertFilterQuery, filterOf } from './alert-filters.ts';

const ExportQuery = Type.Object(
  {
    ...alertFilterQuery,
    format: Type.Optional(Type.Enum([...alertExportFormats], { default: 'ndjson' })),
  },
  { additionalProperties: false },
);

export const exportAlertsRoute = (deps: AlertDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/alerts/export',
    operationId: 'exportAlerts',
    summary: 'Alerts as a file of JSON lines or CSV, newest first',
    tag: 'alerts',
    access: { scope: 'alerts:read' },
    audit: { when: 'before', action: 'alert.export' },
    effect: 'read',
    produces: 'application/x-ndjson',
    cost: 10,
    schema: {
      query: ExportQuery,
      responses: { 200: Type.String({ description: 'One alert a line; CSV by `format`' }) },
    },
    errors: ['validation_failed'],
    handler: ({ query }, ctx) => {
      const { format = 'ndjson' } = query;
      const filter = filterOf(query);
      // What is wrong with it is said before the answer begins.
      filtersOf(filter);
      const lines = exportAlerts(deps, { db: ctx.db, filter, format, signal: ctx.signal });
      const day = new Date(deps.clock.nowMs()).toISOString().slice(0, 10);
      return Promise.resolve(
        ok(Readable.from(lines, { highWaterMark: 1 }), {
          'content-type': alertExportTypes[format],
          'content-disposition': `attachment; filename="alerts-${day}.${format}"`,
        }),
      );
    },
  });
