import { join } from 'node:path';
import type { Roots } from '../collect/roots.ts';
import { findDrmCards, readNumber, type DrmCard } from './drm-cards.ts';
import { boundedMetrics } from './metrics.ts';
import type { GpuSource, Sample } from './source.ts';

const vendorId = '0x8086';
const mebibyte = 1 / 1_048_576;
const uuidOf = ({ pciAddress }: DrmCard): string => `PCI-${pciAddress}`;

const sampleCard = async (card: DrmCard): Promise<Sample> => {
  const hwmon = (name: string, scale: number) =>
    readNumber(card.hwmon === null ? null : join(card.hwmon, name), scale);
  const metrics = boundedMetrics({
    // i915 names the frequency of the card, xe that of each engine group.
    sm_clock:
      (await readNumber(join(card.path, 'gt_act_freq_mhz'))) ??
      (await readNumber(join(card.path, 'device/tile0/gt0/freq0/act_freq'))),
    temperature: (await hwmon('temp1_input', 1e-3)) ?? (await hwmon('temp2_input', 1e-3)),
    energy_consumption: await hwmon('energy1_input', 1e-6),
  });
  return { uuid: uuidOf(card), metrics };
};

/** Intel GPUs by what i915 and xe show in sysfs. Integrated ones have no memory of their own: 0 MiB. */
export const createIntelSysfsSource = ({ roots }: { roots: Roots }): GpuSource => ({
  name: 'gpu.intel',
  discover: async () => {
    const gpus = [];
    for (const card of await findDrmCards(roots, vendorId)) {
      gpus.push({
        vendor: 'intel' as const,
        model: `Intel GPU ${card.deviceId}`,
        device_id: card.pciAddress,
        uuid: uuidOf(card),
        memory_total: Math.round((await readNumber(join(card.path, 'lmem_total_bytes'), mebibyte)) ?? 0),
        driver_version: null,
        vbios_version: null,
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
