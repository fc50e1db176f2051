import { describe, expect, it } from 'vitest';
import type { RunCommand } from '../run-command.ts';
import { amdSmi, parseAmdSmiGpus, parseAmdSmiSamples } from './amd-smi.ts';
import { createChainedSource } from './chained-source.ts';
import { parseRocmSmiGpus, parseRocmSmiSamples, rocmSmi } from './rocm-smi.ts';
import { createToolSource } from './tool-source.ts';
import { createXpuSmiSource, parseXpuSmiStats } from './xpu-smi.ts';

const unit = (value: number, name: string) => ({ value, unit: name });
const list = JSON.stringify([{ gpu: 0, bdf: '0000:c5:00.0', uuid: '00ff74a1-0000-1000-80fb-2c6d8e9fa012' }]);
const fixed = JSON.stringify([
  {
    gpu: 0,
    asic: { market_name: 'AMD Instinct MI300X', asic_serial: '0xFB2C6D8E9FA01234' },
    driver: { name: 'amdgpu', version: '6.8.5' },
    vbios: { part_number: '113-M3000100-102' },
    vram: { type: 'HBM', size: unit(196_592, 'MB') },
  },
]);
const metric = JSON.stringify({
  gpu_data: [
    {
      gpu: 0,
      usage: { gfx_activity: unit(88, '%'), umc_activity: unit(41, '%') },
      power: { socket_power: unit(640, 'W') },
      clock: { gfx_0: { clk: unit(2100, 'MHz') }, mem_0: { clk: unit(1300, 'MHz') } },
      temperature: { edge: 'N/A', hotspot: unit(51, 'C'), mem: unit(47, 'C') },
      pcie: { replay_count: 2 },
      ecc: { total_correctable_count: 7, total_uncorrectable_count: 0 },
      fan: { usage: 'N/A' },
      mem_usage: { total_vram: unit(196_592, 'MB'), used_vram: unit(283, 'MB') },
      energy: { total_energy_consumption: unit(123.5, 'J') },
    },
  ],
});

describe('amd-smi', () => {
  it('tells GPUs and readings, in the lists of ROCm 6 and below gpu_data as in ROCm 7', () => {
    expect(parseAmdSmiGpus([list, fixed])).toMatchObject([
      {
        uuid: 'AMD-fb2c6d8e9fa01234',
        device_id: '0000:c5:00.0',
        model: 'AMD Instinct MI300X',
        memory_total: 196_592,
      },
    ]);
    expect(parseAmdSmiSamples([list, fixed, metric])).toEqual([
      {
        uuid: 'AMD-fb2c6d8e9fa01234',
        metrics: {
          ...{
            gpu_utilization: 88,
            memory_bandwidth_utilization: 41,
            memory_used: 283,
            memory_total: 196_592,
          },
          ...{ temperature: 51, memory_temperature: 47, power_usage: 640, energy_consumption: 123.5 },
          ...{ sm_clock: 2100, memory_clock: 1300, pcie_replays: 2, ecc_corrected: 7, ecc_uncorrected: 0 },
        },
      },
    ]);
  });

  it.each(['', 'ERROR: no AMD GPU', '{"gpu_data":5}', '[null]', '[{"gpu":0,"bdf":7}]'])(
    '%j gives no GPU',
    (text) => {
      expect(parseAmdSmiGpus([text, text])).toEqual([]);
      expect(parseAmdSmiSamples([text, text, text])).toEqual([]);
    },
  );
});

describe('rocm-smi', () => {
  const output = `WARNING: AMD GPU device(s) is/are in a low-power state.
${JSON.stringify({
  card0: {
    'Unique ID': '0xfb2c6d8e9fa01234',
    'PCI Bus': '0000:C5:00.0',
    'Card Series': 'AMD Instinct MI300X OAM',
    'VBIOS version': '113-M3000100-102',
    'GPU use (%)': '88',
    'VRAM Total Memory (B)': '206141652992',
    'VRAM Total Used Memory (B)': '1048576',
    'Temperature (Sensor junction) (C)': '51.0',
    'Temperature (Sensor memory) (C)': 'N/A',
    'Current Socket Graphics Package Power (W)': '640.0',
    'sclk clock speed:': '(2100Mhz)',
  },
  system: { 'Driver version': '6.8.5' },
})}`;
  it('tells GPUs and readings under its wordy names, warnings before the document notwithstanding', () => {
    expect(parseRocmSmiGpus([output])).toMatchObject([
      { uuid: 'AMD-fb2c6d8e9fa01234', device_id: '0000:c5:00.0', memory_total: 196_592 },
    ]);
    expect(parseRocmSmiSamples([output])[0]?.metrics).toEqual({
      ...{ gpu_utilization: 88, memory_used: 1, memory_total: 196_592 },
      ...{ temperature: 51, power_usage: 640, sm_clock: 2100 },
    });
  });
});

describe('xpu-smi', () => {
  const stats = JSON.stringify({
    device_id: 0,
    device_level: [
      { metrics_type: 'XPUM_STATS_POWER', value: 450.5 },
      { metrics_type: 'XPUM_STATS_ENERGY', value: 2_000_000 },
      { metrics_type: 'XPUM_STATS_GPU_UTILIZATION', avg: 75, max: 99, min: 2, value: 75 },
    ],
    tile_level: [
      { tile_id: 0, data_list: [{ metrics_type: 'XPUM_STATS_GPU_CORE_TEMPERATURE', value: 55 }] },
      { tile_id: 1, data_list: [{ metrics_type: 'XPUM_STATS_GPU_CORE_TEMPERATURE', value: 57 }] },
    ],
  });
  it('tells the device’s values, and those of its first tile where the device has none', () => {
    expect(parseXpuSmiStats(stats)).toEqual({
      ...{ power_usage: 450.5, energy_consumption: 2000, gpu_utilization: 75, temperature: 55 },
    });
  });

  it('is asked about each GPU by the number that it gave', async () => {
    const asked: string[] = [];
    const discovery = {
      device_list: [{ device_id: 3, device_name: 'Max 1550', pci_bdf_address: '0000:4d:00.0' }],
    };
    const runCommand: RunCommand = (program, args) => {
      asked.push([program, ...args].join(' '));
      return Promise.resolve({ code: 0, stdout: args[0] === 'stats' ? stats : JSON.stringify(discovery) });
    };
    const source = createXpuSmiSource({ runCommand });
    expect((await source.discover()).gpus).toMatchObject([{ uuid: 'PCI-0000:4d:00.0', model: 'Max 1550' }]);
    expect((await source.sample())[0]?.uuid).toBe('PCI-0000:4d:00.0');
    expect(asked).toEqual(['xpu-smi discovery -j', 'xpu-smi stats -d 3 -j']);
  });
});

describe('a chain of tools', () => {
  it('uses the first that finds GPUs, and a tool that is not installed is no problem of its own', async () => {
    const runCommand: RunCommand = (program) =>
      Promise.resolve(
        program === 'amd-smi'
          ? { code: null, stdout: '', problem: 'is not installed' }
          : { code: 0, stdout: JSON.stringify({ card0: { 'PCI Bus': '0000:C5:00.0', 'GPU use (%)': '5' } }) },
      );
    const source = createChainedSource(
      createToolSource(amdSmi, { runCommand }),
      createToolSource(rocmSmi, { runCommand }),
    );
    expect(await source.discover()).toMatchObject({ gpus: [{ uuid: 'PCI-0000:c5:00.0' }], problem: null });
    expect(await source.sample()).toEqual([{ uuid: 'PCI-0000:c5:00.0', metrics: { gpu_utilization: 5 } }]);
  });
});
