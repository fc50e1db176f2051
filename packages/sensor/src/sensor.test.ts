import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SensorConfiguration } from '@gpushield/contracts';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GpuSource } from './gpu/source.ts';
import { createFakeServer, type FakeServer } from './testing/fake-server.ts';
import { hostTree } from './testing/fixtures.ts';
import { countingSource, startSensor, testGpu } from './testing/running-sensor.ts';
import { temporaryDirectory, writeTree } from './testing/temporary.ts';

const configuration: SensorConfiguration = {
  heartbeat_interval_seconds: 1,
  telemetry_interval_seconds: 0.2,
  integrity_interval_seconds: 1,
  kernel_log_enabled: true,
  extra_integrity_paths: [],
};
const xid = (sequence: number, code: number): string =>
  `2,${sequence},5000000,-;NVRM: Xid (PCI:0000:3b:00): ${code}, pid=7, name=train, detail ${sequence}\n`;
const eventually = (check: () => void | Promise<void>): Promise<void> =>
  vi.waitFor(check, { timeout: 20_000, interval: 10 });

let server: FakeServer;
let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
let running: ReturnType<typeof startSensor>[] = [];
beforeEach(async () => {
  directory = await temporaryDirectory();
  server = createFakeServer();
  server.state.configuration = configuration;
  await server.start();
  await writeTree(join(directory.path, 'host'), { ...hostTree, 'dev/kmsg': '' });
});
afterEach(async () => {
  await Promise.all(running.map((sensor) => sensor.stop()));
  running = [];
  await server.stop();
  await directory.remove();
});

const kmsg = (): string => join(directory.path, 'host/dev/kmsg');
const start = (options: Partial<Parameters<typeof startSensor>[0]> = {}) => {
  const sensor = startSensor({
    url: server.url(),
    readApiKey: () => Promise.resolve(server.apiKey),
    stateDir: join(directory.path, 'state'),
    hostRoot: join(directory.path, 'host'),
    ...options,
  });
  running.push(sensor);
  return sensor;
};
const counts = (): unknown[] =>
  server
    .bodiesOf('/records/bulk')
    .flatMap((body) => (body as { records: { metrics: Record<string, number> }[] }).records)
    .map(({ metrics }) => metrics['test.count']);
const upTo = (length: number): number[] => Array.from({ length }, (_, index) => index);
const events = (): { evidence: { kernel_sequence: number }; gpu_id: string | null }[] =>
  server
    .bodiesOf('/security-events')
    .flatMap((body) => (body as { records: ReturnType<typeof events> }).records);
const lastHeartbeat = (): unknown => server.bodiesOf('/heartbeat').at(-1);

describe('sensor', () => {
  it('names a GPU without a vendor’s UUID after its node: two hosts of one model share no name', async () => {
    const uuid = 'PCI-0000:4d:00.0';
    const source: GpuSource = {
      name: 'gpu.intel',
      discover: () => Promise.resolve({ gpus: [{ ...testGpu, vendor: 'intel', uuid }], problem: null }),
      sample: () => Promise.resolve([{ uuid, metrics: { 'test.count': 1 } }]),
    };
    for (const nodeName of ['node-a', 'node-b'])
      start({ sources: [source], nodeName, stateDir: join(directory.path, nodeName) });
    await eventually(() => {
      expect(new Set(server.bodiesOf('/gpus').map((body) => (body as { uuid: string }).uuid))).toEqual(
        new Set(['HOST-node-a-PCI-0000:4d:00.0', 'HOST-node-b-PCI-0000:4d:00.0']),
      );
      // The readings carry the same names: they find the ids that were given to them.
      expect(
        new Set(
          server
            .bodiesOf('/records/bulk')
            .flatMap((body) => (body as { records: { gpu_id: string }[] }).records)
            .map(({ gpu_id }) => gpu_id),
        ),
      ).toEqual(new Set(server.state.gpus.values()));
    });
  });

  it('registers its node, itself and its GPU, and reports inventory, health and readings in the contract form', async () => {
    const sensor = start({ sources: [countingSource()] });
    await eventually(() => {
      expect(server.bodiesOf('/inventory')).not.toEqual([]);
      expect(counts().length).toBeGreaterThan(3);
    });
    await eventually(() =>
      expect(lastHeartbeat()).toMatchObject({ health: 'healthy', configuration_version: 1 }),
    );
    expect(server.bodiesOf('/nodes')).toMatchObject([{ name: 'node-1', kernel_version: '6.8.0-45-generic' }]);
    expect(server.bodiesOf('/gpus')).toMatchObject([testGpu]);
    expect(server.bodiesOf('/sensors')).toMatchObject([
      { capabilities: ['inventory', 'kernel_log', 'gpu.nvidia'] },
    ]);
    expect(server.state.violations).toEqual([]);
    await sensor.stop();
    expect(sensor.logs.join('\n')).not.toContain(server.apiKey);
  });

  it('spools while the server is away and catches up: nothing lost, nothing twice, in order', async () => {
    const source = countingSource();
    start({ sources: [source] });
    await eventually(() => expect(counts().length).toBeGreaterThan(2));
    await server.stop();
    const before = source.taken();
    await eventually(() => expect(source.taken()).toBeGreaterThan(before + 50));
    await server.start();
    await eventually(() => expect(counts().length).toBeGreaterThan(before + 50));
    expect(counts()).toEqual(upTo(counts().length));
    expect(server.state.violations).toEqual([]);
  });

  it('collects before the server was ever there, and keeps it across its own restart', async () => {
    await server.stop();
    const source = countingSource();
    const first = start({ sources: [source] });
    await eventually(() => expect(source.taken()).toBeGreaterThan(2));
    await first.stop();
    const taken = source.taken();
    start({ sources: [source] });
    await server.start();
    await eventually(() => expect(counts().length).toBeGreaterThan(taken));
    expect(counts()).toEqual(upTo(counts().length));
  });

  it('applies a pushed configuration at once and says which version it runs', async () => {
    start();
    await eventually(() => expect(server.bodiesOf('/inventory')).toHaveLength(1));
    server.configure({ ...configuration, extra_integrity_paths: ['/etc/machine-id'] });
    await eventually(() => expect(lastHeartbeat()).toMatchObject({ configuration_version: 2 }));
    await eventually(() =>
      expect(server.bodiesOf('/inventory').at(-1)).toMatchObject({
        files: [{ path: '/etc/machine-id', size_bytes: 33 }],
      }),
    );
  });

  it('refuses an invalid configuration, keeps the old one, and says so', async () => {
    start();
    await eventually(() => expect(lastHeartbeat()).toMatchObject({ configuration_version: 1 }));
    server.configure({ ...configuration, telemetry_interval_seconds: -1 });
    await eventually(() =>
      expect(lastHeartbeat()).toMatchObject({
        configuration_version: 1,
        health: 'degraded',
        health_detail: expect.stringContaining('version 2 is invalid') as unknown,
      }),
    );
  });

  it('registers again when the server has forgotten it, and delivers what waited under the new ids', async () => {
    const source = countingSource();
    start({ sources: [source] });
    await eventually(() => expect(counts().length).toBeGreaterThan(2));
    server.forgetEverything();
    server.state.override = ({ body, path }) =>
      path.endsWith('/bulk') && JSON.stringify(body).includes('000000001100')
        ? { status: 422, body: { code: 'unknown_reference' } }
        : null;
    await eventually(() => expect(JSON.stringify(server.bodiesOf('/bulk').at(-1))).toContain('000000002100'));
    expect(counts()).toEqual(upTo(counts().length));
  });

  it('sets aside only the entry that can never succeed, delivers its neighbours, and is degraded from then on', async () => {
    const source = countingSource();
    server.state.override = ({ body, path }) =>
      path.endsWith('/bulk') && JSON.stringify(body).includes('"test.count":5}')
        ? { status: 422, body: { code: 'validation_failed' } }
        : null;
    start({ sources: [source] });
    await eventually(() => expect(counts().length).toBeGreaterThan(10));
    expect(counts()).toEqual(upTo(counts().length + 1).filter((count) => count !== 5));
    await eventually(() =>
      expect(lastHeartbeat()).toMatchObject({
        health: 'degraded',
        health_detail: expect.stringContaining('1 records were refused') as unknown,
      }),
    );
    const dead = await readFile(join(directory.path, 'state/dead-letter.jsonl'), 'utf8');
    expect(
      dead
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toMatchObject([{ reason: '422 validation_failed', payload: [{ metrics: { 'test.count': 5 } }] }]);
  });

  it.each([
    [429, { 'retry-after': '1' }],
    [503, {}],
    [401, {}],
    [403, {}],
    [302, { location: 'http://127.0.0.1:1/' }],
  ])('keeps everything while deliveries are answered %i', async (status, headers) => {
    const source = countingSource();
    server.state.override = ({ path }) => (path.endsWith('/bulk') ? { status, headers } : null);
    start({ sources: [source] });
    await eventually(() => expect(source.taken()).toBeGreaterThan(10));
    expect(counts()).toEqual([]);
    server.state.override = () => null;
    await eventually(() => expect(counts().length).toBeGreaterThan(10));
    expect(counts()).toEqual(upTo(counts().length));
  });

  it('picks up a new API key without a restart', async () => {
    let key = 'an-old-and-revoked-key';
    start({ readApiKey: () => Promise.resolve(key) });
    await eventually(() => expect(running[0]?.logs.join()).toContain('401 invalid_api_key'));
    key = server.apiKey;
    await eventually(() => expect(server.bodiesOf('/inventory')).not.toEqual([]));
  });

  it('turns Xid lines into events of their GPU; a restart neither repeats nor loses one', async () => {
    await appendFile(kmsg(), '6,1,0,-;Linux version 6.8\n' + xid(2, 79) + xid(3, 31));
    const first = start({ sources: [countingSource()] });
    await eventually(() => expect(events().map(({ evidence }) => evidence.kernel_sequence)).toEqual([2, 3]));
    await appendFile(kmsg(), xid(4, 48));
    await eventually(() => expect(events()).toHaveLength(3));
    await first.stop();
    await appendFile(kmsg(), xid(5, 110));
    start({ sources: [countingSource()] });
    await eventually(() =>
      expect(events().map(({ evidence }) => evidence.kernel_sequence)).toEqual([2, 3, 4, 5]),
    );
    expect(events().map(({ gpu_id }) => gpu_id === null)).not.toContain(true);
    expect(server.state.violations).toEqual([]);
  });

  it('reports an inventory again only when something changed', async () => {
    start();
    await eventually(() => expect(server.bodiesOf('/inventory')).toHaveLength(1));
    await eventually(() => expect(server.bodiesOf('/heartbeat').length).toBeGreaterThan(10));
    expect(server.bodiesOf('/inventory')).toHaveLength(1);
    await writeTree(join(directory.path, 'host'), { 'proc/sys/kernel/tainted': '0\n' });
    await eventually(() =>
      expect(server.bodiesOf('/inventory').at(-1)).toMatchObject({ taint: { value: 0 } }),
    );
    expect(server.bodiesOf('/inventory')).toHaveLength(2);
  });

  it('refuses to share its state directory with another sensor', async () => {
    start();
    await eventually(() => expect(server.bodiesOf('/inventory')).not.toEqual([]));
    const second = startSensor({
      ...{ url: server.url(), readApiKey: () => Promise.resolve(server.apiKey) },
      ...{ stateDir: join(directory.path, 'state'), hostRoot: join(directory.path, 'host') },
    });
    await expect(second.ended).rejects.toThrow('another sensor is running');
  });
});
