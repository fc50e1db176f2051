import { PageQuery, TelemetryRecord, Timestamp, Uuid, pageOf } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import { paginate } from '../../../platform/http/page.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { listRecords as selectRecords, positionOfRecord, presentRecord } from '../store.ts';

export interface ListRecordsDeps {
  readonly cursors: CursorCodec;
}

const query = Type.Object({
  gpu_id: Type.Optional(Uuid),
  node_id: Type.Optional(Uuid),
  sensor_id: Type.Optional(Uuid),
  since: Type.Optional(Timestamp),
  until: Type.Optional(Timestamp),
  ...PageQuery,
});

export const listRecords = ({ cursors }: ListRecordsDeps) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/telemetry/records',
    operationId: 'listTelemetryRecords',
    summary: 'List telemetry records, newest first',
    tag: 'Telemetry',
    access: { scope: 'telemetry:read' },
    audit: { when: 'with', action: 'telemetry.read', resource: 'telemetry' },
    effect: 'read',
    schema: { query, responses: { 200: pageOf(TelemetryRecord) } },
    errors: ['invalid_cursor'],
    handler: async ({ query: filters }, ctx) =>
      ok(
        await paginate({
          codec: cursors,
          list: 'telemetry',
          request: filters,
          filters,
          fetch: (limit, after) => selectRecords(ctx.db, filters, limit, after),
          position: positionOfRecord,
          present: presentRecord,
        }),
      ),
  });
