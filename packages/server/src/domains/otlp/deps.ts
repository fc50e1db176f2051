import type { SecurityEventInput } from '@gpushield/contracts';
import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor, Tx } from '../../platform/database/types.ts';
import type { IngestAnswer, Receipt } from '../../platform/ingest/index.ts';
import type { IdempotencyClaim } from '../../platform/idempotency/index.ts';
import type { FleetPort } from '../fleet/index.ts';
import type { RecordBatch } from '../telemetry/index.ts';

/** Which telemetry an export brings. */
export type Signal = 'metrics' | 'logs' | 'traces';

/** Where exports go on to. Never rejects, never waits: what it cannot take it counts and drops. */
export interface Forwarder {
  forward(signal: Signal, protobufOrJson: Export): void;
}

/** One export as it came, unpacked. */
export interface Export {
  readonly encoding: 'protobuf' | 'json';
  readonly bytes: Buffer;
}

export type OtlpFleet = Pick<FleetPort, 'gpuDirectory' | 'uuidDirectory' | 'registerReported'> & {
  /** The node of that name and the GPU of that address on it, where they are registered. */
  findPlace(
    db: Executor,
    place: { readonly clusterId: string; readonly nodeName: string; readonly pciAddress: string },
  ): Promise<
    { readonly nodeId: string; readonly ownerId: string; readonly gpuId: string | null } | undefined
  >;
};

export interface OtlpDeps {
  readonly db: Database;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly newId: () => string;
  readonly log: Pick<Logger, 'warn' | 'error' | 'info'>;
  readonly fleet: OtlpFleet;
  /** Stores a batch; resolves when it is durable. */
  readonly submit: (
    batch: RecordBatch,
    receivedAtMs: number,
    answer: IngestAnswer,
    idempotency: IdempotencyClaim | undefined,
  ) => Promise<Receipt>;
  readonly recordEvents: (
    tx: Tx,
    events: readonly SecurityEventInput[],
    authorizeOwner: (ownerId: string) => void,
  ) => Promise<void>;
  readonly forwarder: Forwarder | undefined;
  /** Told which jobs the GPUs of an export work for, where it says so. */
  readonly noteJobs?: (
    jobs: readonly { readonly gpuId: string; readonly nodeId: string; readonly job: string }[],
  ) => Promise<void>;
  readonly onItems: (signal: Signal, outcome: 'stored' | 'rejected', items: number) => void;
}
