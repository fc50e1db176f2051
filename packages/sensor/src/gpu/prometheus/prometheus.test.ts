import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GpuSource } from '../source.ts';
import { withExporters } from '../system-sources.ts';
import { exportedGpus } from './exporter-gpus.ts';
import { parseExposition } from './parse-text.ts';

const labels = (uuid: string) =>
  `gpu="0",UUID="${uuid}",pci_bus_id="00000000:3B:00.0",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",Hostname="n1",DCGM_FI_DRIVER_VERSION="550.90.07"`;
const dcgm = (uuid: string) => `# HELP DCGM_FI_DEV_SM_CLOCK SM clock frequency (in MHz).
# TYPE DCGM_FI_DEV_SM_CLOCK gauge
DCGM_FI_DEV_SM_CLOCK{${labels(uuid)}} 1980
DCGM_FI_DEV_GPU_UTIL{${labels(uuid)}} 97
DCGM_FI_DEV_FB_USED{${labels(uuid)}} 70000
DCGM_FI_DEV_FB_FREE{${labels(uuid)}} 11559
DCGM_FI_DEV_TOTAL_ENERGY_CONSUMPTION{${labels(uuid)}} 5000
DCGM_FI_PROF_PIPE_TENSOR_ACTIVE{${labels(uuid)}} 0.25
DCGM_FI_DEV_GPU_UTIL{${labels(uuid)},GPU_I_PROFILE="1g.10gb",GPU_I_ID="7"} 3
DCGM_FI_DEV_XID_ERRORS{${labels(uuid)},err_code="31"} 31
DCGM_FI_DEV_MEMORY_TEMP{${labels(uuid)}} NaN
`;

describe('the text format', () => {
  it('gives names, labels with escapes, and values; what is malformed or not finite is left out', () => {
    const text =
      'a 1\nb{x="a\\"b\\\\c\\nd",y="",} 2.5e3 1700000000000\nc{x="1" 3\n{} 4\nd{x="1"} +Inf\ne nan\nf -7\r\n';
    expect(parseExposition(text)).toEqual([
      { name: 'a', labels: new Map(), value: 1 },
      { name: 'b', labels: new Map(Object.entries({ x: 'a"b\\c\nd', y: '' })), value: 2500 },
      { name: 'f', labels: new Map(), value: -7 },
    ]);
  });

  it('is read in time that grows with its length, whatever it holds', () => {
    const hostile = `a{${'x="'.repeat(20_000)}\n`.repeat(5) + `b{x="${'\\'.repeat(100_000)}"} 1\n`;
    expect(parseExposition(hostile).length).toBeLessThan(2);
  });
});

describe('exporters', () => {
  it('dcgm-exporter’s series become a GPU and its readings in the contract’s units, slices apart', () => {
    const [first] = exportedGpus(parseExposition(dcgm('GPU-1')));
    expect(first?.gpu).toMatchObject({
      ...{ vendor: 'nvidia', uuid: 'GPU-1', device_id: '0000:3b:00.0', memory_total: 81_559 },
      ...{ model: 'NVIDIA H100 80GB HBM3', driver_version: '550.90.07' },
    });
    expect(first?.sample.metrics).toEqual({
      ...{ sm_clock: 1980, gpu_utilization: 97, memory_used: 70_000, memory_total: 81_559 },
      ...{ energy_consumption: 5, tensor_utilization: 25 },
    });
  });

  it('AMD’s and Intel’s exporters are understood too', () => {
    const text = `gpu_gfx_activity{gpu_id="0",gpu_uuid="72ff740f",pcie_bus_id="0000:05:00.0",card_model="MI300X"} 88
gpu_used_vram{gpu_id="0",gpu_uuid="72ff740f",pcie_bus_id="0000:05:00.0"} 1048.576
gpu_clock{gpu_uuid="72ff740f",clock_type="GPU_CLOCK_TYPE_SYSTEM"} 2100
xpum_temperature_celsius{dev_name="Max 1550",pci_bdf="0000:4d:00.0",uuid="x",location="gpu"} 55
xpum_engine_ratio{pci_bdf="0000:4d:00.0",uuid="x"} 0.5
`;
    expect(exportedGpus(parseExposition(text)).map(({ sample }) => sample)).toEqual([
      { uuid: '72ff740f', metrics: { gpu_utilization: 88, memory_used: 1000, sm_clock: 2100 } },
      { uuid: 'PCI-0000:4d:00.0', metrics: { temperature: 55, gpu_utilization: 50 } },
    ]);
  });
});

describe('a sensor beside an exporter', () => {
  let server: Server;
  let url = '';
  let answer: { status: number; body: string } = { status: 200, body: dcgm('GPU-1') + dcgm('GPU-2') };
  beforeAll(async () => {
    server = createServer((_request, response) => {
      response.writeHead(answer.status, { 'content-type': 'text/plain' });
      response.end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/metrics`;
  });
  afterAll(() => {
    server.close();
  });

  const own = (): GpuSource => ({
    name: 'gpu.nvidia',
    discover: () =>
      Promise.resolve({
        gpus: [
          { vendor: 'nvidia', model: 'H100', device_id: '0000:3b:00.0', uuid: 'GPU-1', memory_total: 1 },
        ],
        problem: null,
      }),
    sample: () => Promise.resolve([{ uuid: 'GPU-1', metrics: { temperature: 40 } }]),
  });

  it('reports each GPU once, by itself where it can', async () => {
    const [mine, exporter] = withExporters([own()], { urls: [url], fetch: globalThis.fetch });
    await mine?.discover();
    expect((await exporter?.discover())?.gpus.map(({ uuid }) => uuid)).toEqual(['GPU-2']);
    expect((await exporter?.sample())?.map(({ uuid }) => uuid)).toEqual(['GPU-2']);
  });

  it('says which exporter fails and why', async () => {
    const [exporter] = withExporters([], { urls: [url], fetch: globalThis.fetch });
    answer = { status: 503, body: '' };
    expect(await exporter?.discover()).toEqual({ gpus: [], problem: `exporter ${url} answered 503` });
    const [gone] = withExporters([], { urls: ['http://127.0.0.1:1/metrics'], fetch: globalThis.fetch });
    expect((await gone?.discover())?.problem).toMatch(/^exporter http:\/\/127\.0\.0\.1:1\/metrics /);
  });
});
