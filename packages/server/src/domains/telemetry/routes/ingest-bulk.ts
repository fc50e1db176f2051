import { BulkAccepted, TelemetryBulk } from '@gpushield/contracts';
import { defineRoute } from '../../../platform/http/route.ts';
import { acceptRecords, type AcceptRecordsDeps } from '../accept-records.ts';
import { isPlainBulk } from '../plain-bulk.ts';
import { toResult } from './ingest-result.ts';

const operationId = 'ingestTelemetryBulk';
/** 10,000 records with all known metrics are about 6 MB; this leaves room for others and for white space. */
const bodyLimitBytes = 16 * 1024 * 1024;

export const ingestBulk = (deps: AcceptRecordsDeps) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/telemetry/records/bulk',
    operationId,
    summary: 'Store up to 10,000 telemetry records, all or none; answered when they are durable',
    tag: 'Telemetry',
    access: { scope: 'telemetry:write' },
    audit: { when: 'before', action: 'telemetry.ingest', resource: 'telemetry' },
    effect: 'own',
    bodyLimitBytes,
    schema: { body: TelemetryBulk, plainBody: isPlainBulk, responses: { 201: BulkAccepted } },
    errors: ['unknown_reference', 'overloaded', 'storage_full', 'idempotency_key_reused'],
    handler: async ({ body: { records } }, ctx) => {
      const receipt = await acceptRecords(
        deps,
        {
          kind: 'bulk',
          records,
          operationId,
          pointerOf: (index) => `/records/${index}`,
          answer: ({ batch, receivedAt }) => ({
            status: 201,
            body: { accepted: batch.rows, received_at: receivedAt },
          }),
        },
        ctx,
      );
      return toResult(receipt);
    },
  });
