import { Gauge, type Registry } from 'prom-client';
import type { Clock } from '../clock.ts';
import type { DatabaseLog } from '../database/log.ts';
import type { Database } from '../database/types.ts';
import { createCheckpointFile } from './checkpoint-file.ts';
import { createCheckpointer, type Checkpointer } from './checkpointer.ts';
import type { AuditSigner } from './signing-key.ts';
import { createSinkRunner, type SinkRunner } from './sinks/sink-runner.ts';
import type { AuditSink } from './sinks/types.ts';
import type { AuditWriter } from './writer.ts';

export interface AuditTrailOptions {
  /** Give the general pool: what the trail is handed on with must not wait behind what is recorded. */
  readonly db: Database;
  readonly writer: Pick<AuditWriter, 'head'>;
  readonly signer: AuditSigner;
  readonly sinks: readonly AuditSink[];
  /** Where checkpoints go besides the sinks; absolute path. */
  readonly checkpointFile?: string | undefined;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly random: () => number;
  readonly log: Pick<DatabaseLog, 'info' | 'warn' | 'error'>;
  readonly registry: Registry;
}

/** One part of the trail's health, in the shape that `/health/details` asks for. */
export interface AuditProbe {
  readonly name: string;
  readonly critical: false;
  check(): Promise<{
    readonly status: 'healthy' | 'degraded';
    readonly detail: string;
    readonly facts: Readonly<Record<string, number | string | boolean | null>>;
  }>;
}

/** What becomes of entries after they were written: checkpoints, and the way to other places. */
export interface AuditTrail {
  start(): Promise<void>;
  /** Call it after the writer's `close`: it signs the chain's end. */
  stop(): Promise<void>;
  /** Give it to the writer's `onEntries`. */
  noteWritten(entries: number): void;
  readonly probes: readonly AuditProbe[];
  /** Names of the sinks, for retention. */
  readonly sinkNames: readonly string[];
}

/** Failures in a row that are an outage rather than a hiccup. */
const degradedAfterFailures = 2;

const checkpointProbe = (checkpointer: Checkpointer): AuditProbe => ({
  name: 'audit-checkpoints',
  critical: false,
  check: () => {
    const { problem, lastNumber } = checkpointer.health();
    const status = problem === undefined ? 'healthy' : 'degraded';
    return Promise.resolve({ status, detail: problem ?? 'are signed', facts: { last_number: lastNumber } });
  },
});

const sinkProbe = (runner: SinkRunner): AuditProbe => ({
  name: `audit-sink-${runner.name}`,
  critical: false,
  check: () => {
    const { failures, problem, lagEntries } = runner.health();
    const status = failures >= degradedAfterFailures ? 'degraded' : 'healthy';
    const facts = { lag_entries: lagEntries, failures };
    return Promise.resolve({ status, detail: problem ?? 'takes entries', facts });
  },
});

export const createAuditTrail = (options: AuditTrailOptions): AuditTrail => {
  const { db, writer, signer, clock, log, newId, random } = options;
  const holder = newId();
  const lag = new Gauge({
    name: 'gpushield_audit_sink_lag_entries',
    help: 'Audit entries that a sink has not taken yet, by sink.',
    labelNames: ['sink'] as const,
    registers: [options.registry],
  });
  const file =
    options.checkpointFile === undefined ? undefined : createCheckpointFile(options.checkpointFile);
  const checkpointer = createCheckpointer({ db, head: () => writer.head(), signer, clock, log, file });
  const runners = options.sinks.map((sink) =>
    createSinkRunner({
      db,
      sink,
      holder,
      clock,
      random,
      log,
      onLag: (entries) => {
        lag.set({ sink: sink.name }, entries);
      },
    }),
  );
  return {
    start: async () => {
      await checkpointer.start();
      for (const runner of runners) runner.start();
    },
    stop: async () => {
      await checkpointer.stop();
      for (const runner of runners) await runner.stop();
    },
    noteWritten: (entries) => {
      checkpointer.noteWritten(entries);
      for (const runner of runners) runner.wake();
    },
    probes: [checkpointProbe(checkpointer), ...runners.map(sinkProbe)],
    sinkNames: runners.map(({ name }) => name),
  };
};
