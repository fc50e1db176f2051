/*
 * What judging costs a record, in line: the model alone, and the whole judge in its transaction on a real PostgreSQL, with
 * heads, states and neighbours. `node bench/detection.ts`. Target: < 3 µs for each data point.
 */
import { randomUUIDv7 } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { knownMetricNames } from '@gpushield/contracts';
import { simulateFleet, simulateCourse } from '@gpushield/simulator';
import { systemClock } from '../packages/server/src/platform/clock.ts';
import {
  migrate,
  openDatabase,
  silentLog,
  startEmbeddedPostgres,
  type Database,
} from '../packages/server/src/platform/database/index.ts';
import { createDetectorModel } from '../packages/server/src/domains/detection/detectors/index.ts';
import { createJudge } from '../packages/server/src/domains/detection/judge.ts';
import {
  freshState,
  newGpuMemory,
  type NodeMemory,
} from '../packages/server/src/domains/detection/node-memory.ts';
import { createStepper, type Finding } from '../packages/server/src/domains/detection/step-record.ts';
import { gateOf } from '../packages/server/src/domains/detection/switches.ts';
import type { RecordBatch } from '../packages/server/src/domains/telemetry/index.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { median } from './support/statistics.ts';

const nodes = 125;
const gpusPerNode = 8;
const rounds = 60;
const warmUpRounds = 20;
const targetUs = 3;
const width = knownMetricNames.length;
const noRules = { switches: new Map(), maintenance: new Map() };
const startMs = Date.UTC(2026, 0, 5);

interface Fleet {
  readonly gpus: readonly { readonly gpuId: string; readonly nodeId: string }[];
  /** Rows of one second, one a GPU, with a batch's own shape. */
  batchAt(round: number): RecordBatch;
}

const makeFleet = (): Fleet => {
  const plans = simulateFleet({ nodes, gpusPerNode, seed: 1, incidents: [], fromS: 0 });
  const nodeIds = Array.from({ length: nodes }, () => randomUUIDv7());
  const gpus = plans.map(({ node }) => ({ gpuId: randomUUIDv7(), nodeId: nodeIds[node] ?? '' }));
  const simulated = plans.map(({ course }) => simulateCourse(course));
  const gpuOf = Uint32Array.from(gpus.keys());
  return {
    gpus,
    batchAt: (round) => {
      const timeMs = startMs + round * 1000;
      const values = new Float64Array(gpus.length * width).fill(Number.NaN);
      simulated.forEach((gpu, index) => {
        const sample = gpu.next(timeMs, 1000) ?? {};
        knownMetricNames.forEach((name, place) => {
          values[index * width + place] = sample[name] ?? Number.NaN;
        });
      });
      const timestampsMs = new Float64Array(gpus.length).fill(timeMs);
      return { rows: gpus.length, gpus, gpuOf, sensorOf: null, timestampsMs, values, extras: null };
    },
  };
};

/** The same GPUs, from the beginning again. */
const sameGpus = ({ gpus }: Fleet): Fleet => {
  const again = makeFleet();
  return { gpus, batchAt: (round) => ({ ...again.batchAt(round), gpus }) };
};

const pointsOf = ({ values }: RecordBatch): number =>
  values.reduce((points, value) => (Number.isNaN(value) ? points : points + 1), 0);

/** Microseconds a data point, each round over all GPUs. */
const modelAlone = (fleet: Fleet): readonly number[] => {
  const stepper = createStepper(createDetectorModel());
  const gate = gateOf(noRules, stepper.model.detectors, 0.7, '', '');
  const node: NodeMemory = {
    nodeId: '',
    token: '',
    gpus: new Map(),
    latestMs: 0,
    latestGpu: '',
    sharedUntilMs: 0,
    writeAtMs: 0,
    untold: [],
  };
  const memories = fleet.gpus.map(({ gpuId }) =>
    newGpuMemory(gpuId, freshState(stepper.model, stepper.stateLength), 0),
  );
  memories.forEach((memory, index) => {
    const from = index - (index % gpusPerNode);
    memory.peers = memories
      .slice(from, from + gpusPerNode)
      .filter((other) => other !== memory)
      .map(({ state }) => state);
  });
  const findings: Finding[] = [];
  return Array.from({ length: warmUpRounds + rounds }, (_, round) => {
    const batch = fleet.batchAt(round);
    const points = pointsOf(batch);
    const startedMs = performance.now();
    memories.forEach((memory, index) => {
      const record = { timestampMs: startMs + round * 1000, values: batch.values, offset: index * width };
      stepper.step(node, memory, gate, record, findings);
    });
    return ((performance.now() - startedMs) * 1000) / points;
  }).slice(warmUpRounds);
};

const seed = async (db: Database, { gpus }: Fleet): Promise<void> => {
  const nodeIds = [...new Set(gpus.map(({ nodeId }) => nodeId))];
  await db.query(
    `INSERT INTO nodes (id, name, cluster_id, registered_by)
     SELECT id, id::text, 'bench', 'bench' FROM unnest($1::uuid[]) AS given (id)`,
    [nodeIds],
  );
  await db.query(
    `INSERT INTO gpus (id, node_id, vendor, model, device_id, uuid, memory_total)
     SELECT id, node_id, 'nvidia', 'H100', '0000:00:00.0', id::text, 81559
     FROM unnest($1::uuid[], $2::uuid[]) AS given (id, node_id)`,
    [gpus.map(({ gpuId }) => gpuId), gpus.map(({ nodeId }) => nodeId)],
  );
};

const inTransaction = async (db: Database, fleet: Fleet): Promise<readonly number[]> => {
  const stepper = createStepper(createDetectorModel());
  const judge = createJudge({
    stepper,
    rules: { current: () => Promise.resolve({ rules: noRules, generation: 1 }) },
    tell: () => Promise.resolve(),
    clock: systemClock(),
    newId: () => randomUUIDv7(),
    threshold: 0.7,
  });
  const took: number[] = [];
  for (let round = 0; round < warmUpRounds + rounds; round += 1) {
    const batch = fleet.batchAt(round);
    const points = pointsOf(batch);
    await db.transaction(async (tx) => {
      const startedMs = performance.now();
      await judge.judge(tx, [batch]);
      took.push(((performance.now() - startedMs) * 1000) / points);
    });
  }
  return took.slice(warmUpRounds);
};

const withDatabase = async <T>(use: (db: Database) => Promise<T>): Promise<T> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'gpushield-bench-'));
  await chmod(dataDir, 0o711);
  const server = await startEmbeddedPostgres({ dataDir, log: silentLog });
  try {
    const db = await openDatabase({ connectionString: server.connectionString, min: 1, log: silentLog });
    try {
      await migrate(db, silentLog);
      return await use(db);
    } finally {
      await db.close();
    }
  } finally {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
};

const fleet = makeFleet();
const alone = modelAlone(fleet);
const whole = await withDatabase(async (db) => {
  await seed(db, fleet);
  return inTransaction(db, sameGpus(fleet));
});

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;
const us = (value: number): string => `${value.toFixed(3)} µs`;
report({
  bench: 'detection',
  machine: describeMachine(),
  figures: [
    {
      name: 'judging one data point in its transaction, mean',
      target: `< ${targetUs} µs`,
      measured: us(mean(whole)),
      met: mean(whole) < targetUs,
    },
  ],
  tables: [
    {
      title: 'Cost of a data point',
      columns: ['what', 'median', 'mean', 'worst round'],
      rows: [
        ['model alone', us(median(alone)), us(mean(alone)), us(Math.max(...alone))],
        ['judge in its transaction', us(median(whole)), us(mean(whole)), us(Math.max(...whole))],
      ],
    },
  ],
  notes: [
    `${nodes * gpusPerNode} GPUs on ${nodes} nodes with a record each second, ${rounds} rounds; one transaction a round. Rounds in which states are written are the worst ones.`,
  ],
});
