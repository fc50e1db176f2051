import { knownMetricNames } from '@gpushield/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { testDatabase } from '../../testing/index.ts';
import type { Judge, Judgement, RecordBatch } from '../telemetry/index.ts';
import { createDetectorModel } from './detectors/index.ts';
import { createJudge } from './judge.ts';
import { createStepper } from './step-record.ts';

/*
 * A transaction judges its records while the one before still has the node. What became of that one decides what the
 * judgement was worth.
 */

const database = testDatabase();
const width = knownMetricNames.length;
const startMs = Date.now() - 3_600_000;
let app: App;
let token = '';
let count = 0;

beforeAll(async () => {
  app = await testApp({ db: database.db });
  token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
});
afterAll(() => stopApp(app));

const post = async (url: string, payload: object): Promise<string> => {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await app.http.app.inject({ method: 'POST', url, headers, payload });
  expect(answer.statusCode, answer.body).toBe(201);
  return answer.json<{ id: string }>().id;
};

const makeGpu = async () => {
  const name = `ahead-${String((count += 1))}`;
  const nodeId = await post('/api/v1/nodes', { name });
  const gpuId = await post(`/api/v1/nodes/${nodeId}/gpus`, {
    ...{
      vendor: 'nvidia',
      model: 'H100',
      device_id: '0000:01:00.0',
      uuid: `GPU-${name}`,
      memory_total: 81_559,
    },
  });
  return { gpuId, nodeId };
};

const judgeOf = (): Judge => {
  let monotonicMs = 0;
  return createJudge({
    stepper: createStepper(createDetectorModel()),
    rules: {
      current: () =>
        Promise.resolve({ rules: { switches: new Map(), maintenance: new Map() }, generation: 0 }),
    },
    tell: () => Promise.resolve(),
    clock: { nowMs: () => startMs, monotonicMs: () => (monotonicMs += 1) },
    newId: () => crypto.randomUUID(),
    threshold: 0.7,
  });
};

/** A record each 10 s from `fromS` on, at this temperature. */
const batchAt = (gpu: { gpuId: string; nodeId: string }, fromS: number, temperature: number): RecordBatch => {
  const rows = 10;
  const values = new Float64Array(rows * width).fill(Number.NaN);
  for (let row = 0; row < rows; row += 1) {
    values[row * width + knownMetricNames.indexOf('temperature')] = temperature + (row % 3);
    values[row * width + knownMetricNames.indexOf('power_usage')] = 300 + row;
  }
  return {
    ...{ rows, gpus: [gpu], gpuOf: new Uint32Array(rows), sensorOf: null, values, extras: null },
    timestampsMs: Float64Array.from({ length: rows }, (_, row) => startMs + (fromS + row * 10) * 1000),
  };
};

const scoresOf = (judgements: readonly Judgement[]) => judgements.map(({ scores }) => [...scores]);

/** Judges `first` and, while its transaction is open, `second`; the first one then commits or fails. */
const overlap = async (judge: Judge, first: RecordBatch, second: RecordBatch, commits: boolean) => {
  const judged = Promise.withResolvers<undefined>();
  const mayEnd = Promise.withResolvers<undefined>();
  const before = database.db
    .transaction(async (tx) => {
      await judge.judge(tx, [first]);
      judged.resolve(undefined);
      await mayEnd.promise;
      if (!commits) throw new Error('the disk is full');
    })
    .catch(() => {
      judge.forget([first]);
    });
  await judged.promise;
  const after = database.db.transaction((tx) => judge.judge(tx, [second]));
  // Time enough for the second one to wait for the node.
  await expect
    .poll(
      async () =>
        (
          await database.db.query(
            `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
          )
        ).rowCount,
    )
    .toBeGreaterThan(0);
  mayEnd.resolve(undefined);
  await before;
  return scoresOf(await after);
};

/** One after the other, as if nothing ever overlapped. */
const inTurn = async (judge: Judge, batches: readonly RecordBatch[]) => {
  let last: readonly Judgement[] = [];
  for (const batch of batches) last = await database.db.transaction((tx) => judge.judge(tx, [batch]));
  return scoresOf(last);
};

describe('records that are judged while the transaction before still has their node', () => {
  it('are judged on what it learned, once it commits', async () => {
    const [one, two] = [await makeGpu(), await makeGpu()];
    const judge = judgeOf();
    await inTurn(judge, [batchAt(one, 0, 40)]);
    const seen = await overlap(judge, batchAt(one, 100, 40), batchAt(one, 200, 90), true);
    const expected = [batchAt(two, 0, 40), batchAt(two, 100, 40), batchAt(two, 200, 90)];
    expect(seen).toEqual(await inTurn(judgeOf(), expected));
  });

  it('are judged anew without it, where it fails', async () => {
    const [one, two] = [await makeGpu(), await makeGpu()];
    const judge = judgeOf();
    await inTurn(judge, [batchAt(one, 0, 40)]);
    const seen = await overlap(judge, batchAt(one, 100, 85), batchAt(one, 200, 40), false);
    expect(seen).toEqual(await inTurn(judgeOf(), [batchAt(two, 0, 40), batchAt(two, 200, 40)]));
  });
});
