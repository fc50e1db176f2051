import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rootsAt } from '../collect/roots.ts';
import { temporaryDirectory, writeTree } from '../testing/temporary.ts';
import { createAmdSysfsSource } from './amd-sysfs.ts';
import { createIntelSysfsSource } from './intel-sysfs.ts';
import { parseDiscovery, parseSamples } from './nvidia-csv.ts';
import { createNvidiaSmiSource } from './nvidia-smi.ts';

const uuid = 'GPU-5a3e1a6c-9c55-7b40-1f0e-0d9c1b7e2f11';

describe("nvidia-smi's answers", () => {
  it('become GPUs with one form of PCI address, and no value where there is none', () => {
    const output = `${uuid}, 00000000:3B:00.0, NVIDIA H100 80GB HBM3, 81559, 550.90.07, 96.00.89.00.01, 9.0\n`;
    expect(parseDiscovery(output)).toEqual([
      {
        vendor: 'nvidia',
        model: 'NVIDIA H100 80GB HBM3',
        device_id: '0000:3b:00.0',
        uuid,
        memory_total: 81559,
        driver_version: '550.90.07',
        vbios_version: '96.00.89.00.01',
        compute_capability: '9.0',
      },
    ]);
    expect(
      parseDiscovery(`${uuid}, 00000000:3B:00.0, Tesla, [N/A], 1.0, [Not Supported], N/A\n`)[0],
    ).toMatchObject({
      memory_total: 0,
      vbios_version: null,
      compute_capability: null,
    });
  });

  it('become readings; what is not available is absent, not zero', () => {
    expect(parseSamples(`${uuid}, 97, 45, 70321, 81559, 64, 71, 612.43, 1980, 2619, [N/A], 0, 0\n`)).toEqual([
      {
        uuid,
        metrics: {
          ...{
            gpu_utilization: 97,
            memory_utilization: 45,
            memory_used: 70321,
            memory_total: 81559,
            temperature: 64,
          },
          ...{ memory_temperature: 71, power_usage: 612.43, sm_clock: 1980, memory_clock: 2619 },
          ...{ ecc_corrected: 0, ecc_uncorrected: 0 },
        },
      },
    ]);
  });

  it('have no utilisation under MIG, and the rest all the same', () => {
    const [mig] = parseSamples(
      `${uuid}, [N/A], [N/A], 1, 81559, 40, [N/A], 70.00, 345, 2619, [N/A], [N/A], [N/A]\n`,
    );
    expect(mig?.metrics).toEqual({
      memory_used: 1,
      memory_total: 81559,
      temperature: 40,
      power_usage: 70,
      sm_clock: 345,
      memory_clock: 2619,
    });
  });

  it.each([
    'No devices were found\n',
    '',
    'Unable to determine the device handle for GPU0000:3B:00.0: Unknown Error\n',
    '[GPU is lost]\n',
  ])('that are errors give no GPU: %j', (output) => {
    expect(parseDiscovery(output)).toEqual([]);
    expect(parseSamples(output)).toEqual([]);
  });

  it('lose only the metric that is absurd, since the server refuses a batch whole', () => {
    const [sample] = parseSamples(
      `${uuid}, 97, 45, 1, 2, 64, 71, 4294967.295, 1980, 2619, [N/A], 0, [Unknown Error]\n`,
    );
    expect(sample?.metrics).not.toHaveProperty('power_usage');
    expect(sample?.metrics).not.toHaveProperty('ecc_uncorrected');
    expect(sample?.metrics['gpu_utilization']).toBe(97);
  });
});

describe('GPU sources on fixture trees', () => {
  let directory: Awaited<ReturnType<typeof temporaryDirectory>>;
  beforeEach(async () => {
    directory = await temporaryDirectory();
  });
  afterEach(() => directory.remove());

  it('a machine without a driver has no GPU, and no program is started to find out', async () => {
    const runCommand = () => Promise.reject(new Error('must not be called'));
    const source = createNvidiaSmiSource({ runCommand, roots: rootsAt(directory.path) });
    expect(await source.discover()).toEqual({ gpus: [], problem: null });
    expect(await source.sample()).toEqual([]);
  });

  it('a loaded driver whose tool fails is said, not hidden', async () => {
    await writeTree(directory.path, { 'proc/driver/nvidia/version': 'x' });
    const runCommand = () => Promise.resolve({ code: null, stdout: '', problem: 'is not installed' });
    const source = createNvidiaSmiSource({ runCommand, roots: rootsAt(directory.path) });
    expect(await source.discover()).toEqual({
      gpus: [],
      problem: 'NVIDIA GPUs: nvidia-smi is not installed',
    });
  });

  it('amdgpu and i915 cards are told apart by vendor and read in contract units', async () => {
    const amd = 'sys/class/drm/card0/device';
    const intel = 'sys/class/drm/card1';
    await writeTree(directory.path, {
      [`${amd}/vendor`]: '0x1002\n',
      [`${amd}/device`]: '0x74a1\n',
      [`${amd}/uevent`]: 'DRIVER=amdgpu\nPCI_SLOT_NAME=0000:03:00.0\n',
      [`${amd}/unique_id`]: '4b2c6d8e9fa01234\n',
      [`${amd}/gpu_busy_percent`]: '37\n',
      [`${amd}/mem_info_vram_total`]: '206141652992\n',
      [`${amd}/mem_info_vram_used`]: '1048576\n',
      [`${amd}/hwmon/hwmon4/temp2_input`]: '51000\n',
      [`${amd}/hwmon/hwmon4/power1_average`]: '139000000\n',
      [`${intel}/device/vendor`]: '0x8086\n',
      [`${intel}/device/device`]: '0x56c0\n',
      [`${intel}/device/uevent`]: 'PCI_SLOT_NAME=0000:4d:00.0\n',
      [`${intel}/gt_act_freq_mhz`]: '2050\n',
      'sys/class/drm/card0-DP-1/status': 'connected',
      'sys/class/drm/card2/device/vendor': '0x1a03\n',
    });
    const roots = rootsAt(directory.path);
    const [amdSource, intelSource] = [createAmdSysfsSource({ roots }), createIntelSysfsSource({ roots })];
    expect((await amdSource.discover()).gpus).toMatchObject([
      {
        device_id: '0000:03:00.0',
        uuid: 'AMD-4b2c6d8e9fa01234',
        memory_total: 196592,
        model: 'AMD GPU 0x74a1',
      },
    ]);
    expect(await amdSource.sample()).toEqual([
      {
        uuid: 'AMD-4b2c6d8e9fa01234',
        metrics: {
          gpu_utilization: 37,
          memory_used: 1,
          memory_total: 196592,
          temperature: 51,
          power_usage: 139,
        },
      },
    ]);
    expect((await intelSource.discover()).gpus).toMatchObject([
      { device_id: '0000:4d:00.0', model: 'Intel GPU 0x56c0' },
    ]);
    expect(await intelSource.sample()).toEqual([{ uuid: 'PCI-0000:4d:00.0', metrics: { sm_clock: 2050 } }]);
  });
});
