import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../platform/clock.ts';
import { testDatabase } from '../../../testing/index.ts';
import { queuedJob, rowOf } from '../../../testing/reservations/jobs.ts';
import { hasSandbox } from '../../../testing/reservations/life-stage.ts';
import { processorDeps, processorOn } from '../../../testing/reservations/processor.ts';
import { commandSpec } from '../../../testing/reservations/specs.ts';
import { allocationsOf } from '../job-store.ts';
import type { Processor } from '../processor/processor.ts';
import { typeOfModel } from '../runtime/local/host.ts';
import { createLocalRuntime } from '../runtime/local/local-runtime.ts';
import type { Runtime } from '../runtime/port.ts';

const database = testDatabase();
const patience = { timeout: 30_000, interval: 50 };
let directory = '';
let runtime: Runtime;
let processor: Processor;

/** Four GPUs of paper: what the driver tells of them, and files in the place of their devices. */
const paperGpus = (minors: readonly number[]) => {
  const places = { driver: join(directory, 'driver'), devices: join(directory, 'dev') };
  mkdirSync(places.devices, { recursive: true });
  for (const name of ['nvidiactl', 'nvidia-uvm']) writeFileSync(join(places.devices, name), name);
  for (const minor of minors) {
    const slot = join(places.driver, `0000:0${minor}:00.0`);
    mkdirSync(slot, { recursive: true });
    const facts = [
      'Model: \t\t NVIDIA H100 80GB HBM3',
      `GPU UUID: \t GPU-${minor}`,
      `Device Minor: \t ${minor}`,
    ];
    writeFileSync(join(slot, 'information'), `${facts.join('\n')}\n`);
    writeFileSync(join(places.devices, `nvidia${minor}`), `device ${minor}`, { mode: 0o644 });
  }
  return places;
};

describe.skipIf(!hasSandbox)('GPUs of this host', () => {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'gpushield-gpus-'));
    runtime = createLocalRuntime({
      root: join(directory, 'jobs'),
      sshAddress: '127.0.0.1',
      ownDirectories: [],
      clock: systemClock(),
      log: pino({ level: 'silent' }),
      gpuPlaces: paperGpus([0, 1, 2, 3]),
    });
    await runtime.start();
    processor = processorOn(await processorDeps(database.db, { runtime, clock: systemClock() }));
    await processor.start();
  });
  afterAll(async () => {
    await processor.stop();
    await runtime.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  const job = (gpus: number, command: string) =>
    queuedJob(database.db, {
      gpuType: 'h100',
      gpuCount: gpus,
      units: gpus,
      command,
      at: new Date(),
    });
  const devicesOf = async (id: string) =>
    (await allocationsOf(database.db, id)).flatMap(({ device_ids: ids }) => ids);
  const reaches = (id: string, status: string) =>
    expect.poll(async () => (await rowOf(database.db, id)).status, patience).toBe(status);

  it('are given whole, each to one job, and are all that the job can open', async () => {
    const command =
      'echo visible=$CUDA_VISIBLE_DEVICES; cat /dev/nvidia[0-9]* | sort; ls /dev | grep -c uvm; sleep 600';
    const pair = await job(2, command);
    const single = await job(1, command);
    await reaches(pair, 'active');
    await reaches(single, 'active');
    const [two, one] = [await devicesOf(pair), await devicesOf(single)];
    expect(new Set([...two, ...one]).size).toBe(3);
    for (const [id, devices] of [
      [pair, two],
      [single, one],
    ] as const) {
      const log = () => runtime.logs({ jobId: id, profile: 'restricted' }, { rank: 0, tailBytes: 4096 });
      const visible = devices.map((_device, index) => index).join(',');
      await expect.poll(log, patience).toMatch(new RegExp(`^visible=${visible}\n`));
      const seen = (await log()).match(/device \d/g)?.map((text) => text.slice(-1));
      expect(seen).toEqual([...devices].sort());
    }
    // One is left: who asks for two waits, and gets what the pair gives back.
    const waiting = await job(2, 'sleep 600');
    await expect.poll(async () => (await rowOf(database.db, waiting)).status).toBe('queued');
    await database.db.query('UPDATE jobs SET cancel_requested_at = now(), due_at = now() WHERE id = $1', [
      pair,
    ]);
    await reaches(waiting, 'active');
    const given = await devicesOf(waiting);
    expect(given).toHaveLength(2);
    expect(given.some((device) => one.includes(device))).toBe(false);
    await database.db.query('UPDATE jobs SET cancel_requested_at = now(), due_at = now()');
    for (const id of [single, waiting])
      await expect.poll(async () => (await rowOf(database.db, id)).released_at, patience).not.toBeNull();
    expect(await devicesOf(waiting)).toEqual([]);
  });

  it('are none for a job of a CPU type', async () => {
    const id = await queuedJob(database.db, {
      command: 'ls /dev; echo [$CUDA_VISIBLE_DEVICES]; sleep 600',
      at: new Date(),
    });
    await reaches(id, 'active');
    const log = () => runtime.logs({ jobId: id, profile: 'restricted' }, { rank: 0, tailBytes: 4096 });
    await expect.poll(log, patience).toContain('[]');
    expect(await log()).not.toContain('nvidia');
    await database.db.query('UPDATE jobs SET cancel_requested_at = now(), due_at = now() WHERE id = $1', [
      id,
    ]);
    await expect.poll(async () => (await rowOf(database.db, id)).released_at, patience).not.toBeNull();
  });
});

describe('the type of a GPU', () => {
  const types = ['t4', 'l4', 'a10g', 'a100', 'h100', 'h200', 'rtxpro6000'].map((gpuType) => ({
    ...commandSpec(null).type,
    gpuType,
    kind: 'gpu' as const,
    vendor: 'nvidia' as const,
  }));

  it.each([
    ['NVIDIA H100 80GB HBM3', 'h100'],
    ['NVIDIA A100-SXM4-80GB', 'a100'],
    ['Tesla T4', 't4'],
    ['NVIDIA L4', 'l4'],
    ['NVIDIA L40S', undefined],
    ['NVIDIA T400 4GB', undefined],
    ['NVIDIA GH200 480GB', undefined],
    ['NVIDIA A10G', 'a10g'],
    ['NVIDIA RTX PRO 6000 Blackwell Server Edition', 'rtxpro6000'],
  ])('of %s is %s', (model, gpuType) => {
    expect(typeOfModel(model, types)).toBe(gpuType);
  });
});
