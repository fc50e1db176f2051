import { execFileSync, fork, spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rootsAt } from '../collect/roots.ts';
import { createRunCommand } from '../run-command.ts';
import { temporaryDirectory, writeTree } from '../testing/temporary.ts';
import { spawn } from 'node:child_process';
import type { GpuSource } from './source.ts';
import { systemSources } from './system-sources.ts';

const hasCompiler = spawnSync('cc', ['--version']).status === 0;
if (!hasCompiler)
  console.warn('SKIPPED: no C compiler (cc), so NVML, ROCm SMI and Level Zero are NOT tested through FFI');

const build = (directory: string, name: string): string => {
  const path = join(directory, `${name}.so`);
  execFileSync('cc', [
    '-shared',
    '-fPIC',
    '-O1',
    '-o',
    path,
    join(import.meta.dirname, 'testing', `${name}.c`),
  ]);
  return path;
};

describe.skipIf(!hasCompiler)(
  'GPUs by the vendors’ libraries (compiled stand-ins with their signatures)',
  () => {
    let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
    let sources: readonly GpuSource[] = [];
    let clockMs = 0;
    const source = (vendor: string): GpuSource => {
      const found = sources.find((candidate) => candidate.name === `gpu.${vendor}`);
      if (found === undefined) throw new Error(`There is no source of ${vendor}`);
      return found;
    };
    const sourcesWith = (libraries: Readonly<Record<string, readonly string[]>>) =>
      systemSources({
        roots: rootsAt(directory.path),
        runCommand: createRunCommand({ spawn, path: directory.path }),
        fork,
        monotonicMs: () => clockMs,
        libraries,
      });

    beforeAll(async () => {
      directory = await temporaryDirectory();
      await writeTree(directory.path, {
        'proc/driver/nvidia/version': 'x',
        'dev/kfd': '',
        'sys/class/drm/card1/device/vendor': '0x8086\n',
        'sys/class/drm/card1/device/device': '0x0bd5\n',
        'sys/class/drm/card1/device/uevent': 'PCI_SLOT_NAME=0000:4d:00.0\n',
      });
      const library = (name: string) => [build(directory.path, name)];
      sources = sourcesWith({ nvidia: library('nvml'), amd: library('rsmi'), intel: library('zes') });
    });
    afterAll(async () => {
      for (const { close } of sources) close?.();
      await directory.remove();
    });

    it('NVML tells every metric in the contract’s units, MIG devices, and what the driver cannot say is absent', async () => {
      const nvidia = source('nvidia');
      const { gpus, problem } = await nvidia.discover();
      expect(problem).toBeNull();
      expect(gpus).toMatchObject([
        {
          uuid: 'GPU-00000000-0000-0000-0000-000000000000',
          device_id: '0000:3b:00.0',
          model: 'NVIDIA H100 80GB HBM3',
          memory_total: 81_920,
          driver_version: '570.86.10',
          vbios_version: '96.00.89.00.01',
          compute_capability: '9.0',
        },
        { uuid: 'GPU-00000000-0000-0000-0000-000000000001', device_id: '0000:3c:00.0' },
        {
          uuid: 'MIG-aaaaaaaa-0000-0000-0000-000000000001',
          device_id: '0000:3c:00.0/mig0',
          model: 'NVIDIA H100 MIG 1g.10gb',
          memory_total: 10_240,
        },
      ]);
      await nvidia.sample();
      const [first, second, slice] = await nvidia.sample();
      expect(first?.metrics).toEqual({
        ...{ gpu_utilization: 97, memory_utilization: 45, memory_used: 1024, memory_total: 81_920 },
        ...{ temperature: 64, memory_temperature: 71, power_usage: 612.43, power_limit: 700 },
        ...{ energy_consumption: 9_007_199_254_740.992, sm_clock: 1980, memory_clock: 2619 },
        ...{ memory_bandwidth_utilization: 10, tensor_utilization: 5 },
        ...{ pcie_tx: 20 * 1_048_576, pcie_rx: 21 * 1_048_576, pcie_replays: 3 },
        ...{ nvlink_tx: expect.any(Number), nvlink_rx: expect.any(Number) },
        ...{ throttle_thermal: 0, throttle_power: 1, ecc_enabled: 1, ecc_corrected: 12, ecc_uncorrected: 1 },
        ...{ rows_remapped_correctable: 2, rows_remapped_uncorrectable: 1 },
        ...{ row_remap_pending: 1, row_remap_failure: 0, process_count: 4 },
      });
      expect(second?.metrics).not.toHaveProperty('gpu_utilization');
      expect(second?.metrics).toMatchObject({ pcie_tx: 1_024_000, pcie_rx: 2_048_000 });
      expect(slice?.metrics).toEqual({ memory_used: 1024, memory_total: 10_240, process_count: 0 });
    });

    it('an Xid that NVML’s event set announces arrives with its GPU', async () => {
      const nvidia = source('nvidia');
      const deadline = Date.now() + 20_000;
      let faults = nvidia.takeFaults?.() ?? [];
      while (faults.length === 0 && Date.now() < deadline) {
        await nvidia.sample();
        await new Promise((resolve) => setTimeout(resolve, 50));
        faults = nvidia.takeFaults?.() ?? [];
      }
      expect(faults).toEqual([{ xid: 79, deviceId: '0000:3c:00.0' }]);
    });

    it('ROCm SMI tells an MI300X in the contract’s units', async () => {
      const amd = source('amd');
      expect((await amd.discover()).gpus).toMatchObject([
        {
          uuid: 'AMD-fb2c6d8e9fa01234',
          device_id: '0001:c5:00.0',
          model: 'AMD Instinct MI300X OAM',
          memory_total: 196_592,
        },
      ]);
      expect(await amd.sample()).toEqual([
        {
          uuid: 'AMD-fb2c6d8e9fa01234',
          metrics: {
            ...{
              gpu_utilization: 88,
              memory_bandwidth_utilization: 41,
              memory_used: 1,
              memory_total: 196_592,
            },
            ...{ temperature: 51, memory_temperature: 47, power_usage: 640, power_limit: 750 },
            ...{
              energy_consumption: 15.25,
              pcie_replays: 2,
              ecc_enabled: 1,
              ecc_corrected: 7,
              ecc_uncorrected: 1,
            },
          },
        },
      ]);
    });

    it('Level Zero Sysman tells a Max 1550, with rates out of its counters', async () => {
      const intel = source('intel');
      expect(await intel.discover()).toMatchObject({
        problem: null,
        gpus: [
          {
            uuid: 'PCI-0000:4d:00.0',
            model: 'Intel(R) Data Center GPU Max 1550',
            memory_total: 131_072,
            driver_version: null,
          },
        ],
      });
      await intel.sample();
      const [sample] = await intel.sample();
      expect(sample?.metrics).toMatchObject({
        ...{
          gpu_utilization: 75,
          memory_bandwidth_utilization: 50,
          memory_used: 2048,
          memory_total: 131_072,
        },
        ...{ temperature: 55.5, memory_temperature: 48, power_usage: 450, sm_clock: 1600 },
        ...{ pcie_rx: 2e6, pcie_tx: 1e6, pcie_replays: 5, throttle_thermal: 1, throttle_power: 0 },
        ...{ ecc_corrected: 7, ecc_uncorrected: 0, process_count: 3 },
      });
    });

    it('without the library the next best way is asked, and says what is wrong with it', async () => {
      const [nvidia] = sourcesWith({ nvidia: ['/nonexistent/libnvidia-ml.so.1'] });
      expect(await nvidia?.discover()).toEqual({
        gpus: [],
        problem: 'NVIDIA GPUs: nvidia-smi is not installed',
      });
    });

    it('a library that hangs is killed at its deadline, and the sensor goes on without it', async () => {
      const [nvidia] = sourcesWith({ nvidia: [join(directory.path, 'nvml.so')] });
      expect((await nvidia?.discover())?.gpus).toHaveLength(3);
      const flag = '/tmp/gpushield-stub-nvml-hang';
      writeFileSync(flag, '');
      try {
        expect(await nvidia?.sample()).toEqual([]);
      } finally {
        rmSync(flag, { force: true });
      }
      expect((await nvidia?.discover())?.problem).toMatch(/NVML: did not answer within 10 s/);
      clockMs += 61_000;
      expect((await nvidia?.discover())?.gpus).toHaveLength(3);
      nvidia?.close?.();
    });
  },
);
