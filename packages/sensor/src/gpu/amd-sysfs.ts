import { join } from 'node:path';
import { clean } from '../clean.ts';
import { readOptional } from '../collect/read-text.ts';
import type { Roots } from '../collect/roots.ts';
import { findDrmCards, readNumber, type DrmCard } from './drm-cards.ts';
import { boundedMetrics } from './metrics.ts';
import type { GpuSource, Sample } from './source.ts';

const vendorId = '0x1002';
const mebibyte = 1 / 1_048_576;

/** The device's unique id where the chip has one, else its place on the bus. */
const uuidOf = async ({ path, pciAddress }: DrmCard): Promise<string> => {
  const unique = await readOptional(join(path, 'device/unique_id'));
  return unique !== null && /^[0-9a-f]{8,32}$/i.test(unique)
    ? `AMD-${unique.toLowerCase()}`
    : `PCI-${pciAddress}`;
};

const sampleCard = async (card: DrmCard): Promise<Sample> => {
  const device = (name: string, scale = 1) => readNumber(join(card.path, 'device', name), scale);
  const hwmon = (name: string, scale = 1) =>
    readNumber(card.hwmon === null ? null : join(card.hwmon, name), scale);
  const metrics = boundedMetrics({
    gpu_utilization: await device('gpu_busy_percent'),
    memory_utilization: await device('mem_busy_percent'),
    memory_used: await device('mem_info_vram_used', mebibyte),
    memory_total: await device('mem_info_vram_total', mebibyte),
    // temp1 is the edge, which some data-centre cards lack; temp2 is the junction, temp3 the memory.
    temperature: (await hwmon('temp1_input', 1e-3)) ?? (await hwmon('temp2_input', 1e-3)),
    memory_temperature: await hwmon('temp3_input', 1e-3),
    power_usage: (await hwmon('power1_average', 1e-6)) ?? (await hwmon('power1_input', 1e-6)),
    sm_clock: await hwmon('freq1_input', 1e-6),
    memory_clock: await hwmon('freq2_input', 1e-6),
  });
  return { uuid: await uuidOf(card), metrics };
};

/** AMD GPUs by what the amdgpu driver shows in sysfs. */
export const createAmdSysfsSource = ({ roots }: { roots: Roots }): GpuSource => ({
  name: 'gpu.amd',
  discover: async () => {
    const gpus = [];
    for (const card of await findDrmCards(roots, vendorId)) {
      const device = (name: string) => readOptional(join(card.path, 'device', name));
      const vbios = await device('vbios_version');
      const version = await readOptional(join(roots.sys, 'module/amdgpu/version'));
      gpus.push({
        vendor: 'amd' as const,
        model: clean((await device('product_name')) ?? `AMD GPU ${card.deviceId}`, 128),
        device_id: card.pciAddress,
        uuid: await uuidOf(card),
        memory_total: Math.round(
          (await readNumber(join(card.path, 'device/mem_info_vram_total'), mebibyte)) ?? 0,
        ),
        driver_version: version === null ? null : clean(version, 64),
        vbios_version: vbios === null ? null : clean(vbios, 64),
        compute_capability: null,
      });
    }
    return { gpus, problem: null };
  },
  sample: async () => {
    const samples: Sample[] = [];
    for (const card of await findDrmCards(roots, vendorId)) samples.push(await sampleCard(card));
    return samples;
  },
});
