import { TelemetryAccepted, TelemetryInput } from '@gpushield/contracts';
import { defineRoute } from '../../../platform/http/route.ts';
import { acceptRecords, type AcceptRecordsDeps } from '../accept-records.ts';
import { toResult } from './ingest-result.ts';

const operationId = 'ingestTelemetryRecord';
/** 64 metrics with the longest names and numbers are under 8 KiB. */
const bodyLimitBytes = 64 * 1024;

export const ingestRecord = (deps: AcceptRecordsDeps) =>
  defineRoute({
    method: 'POST',
    path: '/api/v1/telemetry/records',
    operationId,
    summary: 'Store one telemetry record; answered when it is durable',
    tag: 'Telemetry',
    access: { scope: 'telemetry:write' },
    audit: { when: 'before', action: 'telemetry.ingest', resource: 'telemetry' },
    effect: 'own',
    bodyLimitBytes,
    schema: { body: TelemetryInput, responses: { 201: TelemetryAccepted } },
    errors: ['unknown_reference', 'overloaded', 'storage_full', 'idempotency_key_reused'],
    handler: async ({ body }, ctx) => {
      const receipt = await acceptRecords(
        deps,
        {
          kind: 'single',
          records: [body],
          operationId,
          pointerOf: () => '',
          namesRecords: true,
          answer: ({ batch, ids: [id], receivedAt }) => ({
            status: 201,
            body: {
              id,
              gpu_id: batch.gpus[0]?.gpuId,
              timestamp: new Date(batch.timestampsMs[0] ?? Number.NaN).toISOString(),
              received_at: receivedAt,
            },
          }),
        },
        ctx,
      );
      return toResult(receipt);
    },
  });
