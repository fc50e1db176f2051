import { TelemetryRecord, Uuid } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { Executor } from '../../../platform/database/types.ts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { latestRecords as selectLatest, presentRecord } from '../store.ts';

export interface LatestRecordsDeps {
  /** The GPUs of a node now; empty for a node that does not exist. */
  readonly gpuIdsOfNode: (db: Executor, nodeId: string) => Promise<readonly string[]>;
}

export const latestRecords = ({ gpuIdsOfNode }: LatestRecordsDeps) =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/telemetry/records/latest',
    operationId: 'latestTelemetryRecords',
    summary: 'The newest record of each GPU of a node',
    tag: 'Telemetry',
    access: { scope: 'telemetry:read' },
    audit: { when: 'with', action: 'telemetry.read', resource: 'telemetry' },
    effect: 'read',
    schema: {
      query: Type.Object({ node_id: Uuid }),
      responses: { 200: Type.Object({ data: Type.Array(TelemetryRecord) }) },
    },
    handler: async ({ query }, ctx) => {
      const rows = await selectLatest(ctx.db, await gpuIdsOfNode(ctx.db, query.node_id));
      return ok({ data: rows.map(presentRecord) });
    },
  });
