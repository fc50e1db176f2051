import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor } from '../../platform/database/types.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { Route } from '../../platform/http/route.ts';
import type { PeriodicTask } from '../../platform/leases/index.ts';
import type { IdempotencyClaim } from '../../platform/idempotency/index.ts';
import {
  createBatchWriter,
  type BatchReport,
  type IngestAnswer,
  type Receipt,
} from '../../platform/ingest/index.ts';
import type { OnRecords, Places } from './accept-records.ts';
import type { Judge, RecordBatch } from './record-batch.ts';
import { writeBatches, type AcceptedBatch } from './write-batches.ts';
import { createPartitionKeeper } from '../../platform/database/partition-keeper.ts';
import { recordReader, type RecordReader } from './record-reader.ts';
import { ingestBulk } from './routes/ingest-bulk.ts';
import { ingestRecord } from './routes/ingest-record.ts';
import { latestRecords } from './routes/latest-records.ts';
import { listRecords } from './routes/list-records.ts';
import { readSeries } from './routes/read-series.ts';
import { rollUpTask } from './series/roll-up.ts';

export type { BatchGpu, Judge, Judgement, RecordBatch } from './record-batch.ts';

export type { RecordReader } from './record-reader.ts';

/** What telemetry needs of the fleet. */
export interface TelemetryFleet {
  readonly gpuDirectory: Places;
  readonly sensorDirectory: Places;
  gpuIdsOfNode(db: Executor, nodeId: string): Promise<readonly string[]>;
}

export interface TelemetryDomainDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly cursors: CursorCodec;
  readonly newId: () => string;
  readonly log: Pick<Logger, 'error' | 'info'>;
  readonly fleet: TelemetryFleet;
  readonly retentionDays: number;
  /** Roll-ups by minute and by hour are kept for plots this long. */
  readonly minutesRetentionDays: number;
  readonly hoursRetentionDays: number;
  /** Scores records in the transaction that stores them; without one, records have no score. */
  readonly judge?: Judge | undefined;
  /** Rows of one COPY; see `BATCH_SIZE`. */
  readonly batchSize?: number;
  readonly gatherMs?: number;
  /** Told after each batch: for metrics. */
  readonly onBatch?: (report: BatchReport) => void;
  /** Told after each request: how many records it brought, and what became of them. */
  readonly onRecords?: OnRecords;
  /** Told of records that came by the REST API, once they are durable; those sent again are not told again. */
  readonly onStored?: ((batch: RecordBatch) => void) | undefined;
}

export interface TelemetryDomain {
  readonly routes: readonly Route[];
  readonly port: {
    readonly reader: RecordReader;
    /** Records that are accepted and not yet durable. */
    bufferedRows(): number;
    /** Stores a batch whose rows passed every check; resolves when it is durable. Errors: those of `BatchWriter.submit`. */
    submit(
      batch: RecordBatch,
      receivedAtMs: number,
      answer: IngestAnswer,
      idempotency: IdempotencyClaim | undefined,
    ): Promise<Receipt>;
  };
  /** Once per cluster: roll-ups for plots. */
  readonly tasks: readonly PeriodicTask[];
  /** Makes the partitions of the coming days; call it before the routes are served. */
  start(): Promise<void>;
  /** Stores what was accepted. */
  stop(): Promise<void>;
}

// Enough for every request that a server of this size has open, at about 300 bytes a row: 30 MB at most.
const maxBufferedRows = 100_000;
// Requests that wait share a commit: the nodes' heads are taken once for all of them. Beyond the bound that saves nothing, and
// requests only wait longer for each other.
const copiesPerCommit = 10;
const maxCommitRows = 50_000;
const defaultCopyRows = 1_000;
// Fewer side by side cost more than they win: transactions that share a node are judged one after the other anyway.
const worthwhileRows = 2_000;
// Records that arrive in one turn of the event loop share a commit; those behind them share the next.
const defaultGatherMs = 0;
const dayMs = 86_400_000;

const createWriter = (deps: TelemetryDomainDeps) => {
  const { db, clock, judge, retentionDays, onBatch } = deps;
  const copyRows = deps.batchSize ?? defaultCopyRows;
  const oldestMs = () => clock.nowMs() - retentionDays * dayMs;
  return createBatchWriter<AcceptedBatch>({
    db,
    clock,
    write: writeBatches({ judge, oldestMs, copyRows }),
    maxBufferedRows,
    maxBatchRows: Math.min(maxCommitRows, copyRows * copiesPerCommit),
    gatherMs: deps.gatherMs ?? defaultGatherMs,
    worthwhileRows,
    ...(onBatch === undefined ? {} : { onBatch }),
  });
};

/** Telemetry records: ingest, query, partitions. */
export const createTelemetryDomain = (deps: TelemetryDomainDeps): TelemetryDomain => {
  const { db, clock, cursors, newId, log, fleet, retentionDays, onRecords } = deps;
  const writer = createWriter(deps);
  const minutesRetentionDays = Math.max(retentionDays, deps.minutesRetentionDays);
  const partitions = createPartitionKeeper({ db, clock, log, table: 'telemetry_records', retentionDays });
  const minutes = createPartitionKeeper({
    ...{ db, clock, log },
    table: 'telemetry_minutes',
    retentionDays: minutesRetentionDays,
  });
  const ingest = {
    writer,
    gpus: fleet.gpuDirectory,
    sensors: fleet.sensorDirectory,
    clock,
    newId,
    onRecords,
    onStored: deps.onStored,
  };
  return {
    routes: [
      ingestRecord(ingest),
      ingestBulk(ingest),
      listRecords({ cursors }),
      latestRecords({ gpuIdsOfNode: fleet.gpuIdsOfNode }),
      readSeries({
        clock,
        gpuIdsOfNode: fleet.gpuIdsOfNode,
        retention: { retentionDays, minutesRetentionDays },
      }),
    ],
    port: {
      reader: recordReader,
      bufferedRows: writer.bufferedRows,
      submit: (batch, receivedAtMs, answer, idempotency) =>
        writer.submit({ item: { batch, receivedAtMs }, rows: batch.rows, answer, idempotency }),
    },
    tasks: [rollUpTask({ db, clock, hoursRetentionDays: deps.hoursRetentionDays })],
    start: async () => {
      await partitions.start();
      await minutes.start();
    },
    stop: async () => {
      await minutes.stop();
      await partitions.stop();
      await writer.close();
    },
  };
};
