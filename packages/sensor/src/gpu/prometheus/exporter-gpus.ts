import { exporterMetrics, isGpuSlice, type KnownMetric, normalisePciAddress } from '@gpushield/contracts';
import { clean } from '../../clean.ts';
import { boundedMetrics } from '../metrics.ts';
import type { DiscoveredGpu, Sample } from '../source.ts';
import type { SeriesSample } from './parse-text.ts';

type Vendor = DiscoveredGpu['vendor'];

/** What the labels of one series say of the GPU it belongs to. */
interface Identity {
  readonly vendor: Vendor;
  readonly uuid: string;
  readonly address: string | null;
  readonly model: string | null;
  readonly driver: string | null;
}

const uuidPattern = /^[A-Za-z0-9._:-]{1,96}$/;

const vendorOf = (name: string): Vendor | null => {
  if (name.startsWith('dcgm_')) return 'nvidia';
  if (name.startsWith('xpum_')) return 'intel';
  return name.startsWith('gpu_') || name.startsWith('pcie_') ? 'amd' : null;
};

/** Labels as dcgm-exporter, AMD's and Intel's exporters name them; their case varies. */
const identityOf = (vendor: Vendor, labels: ReadonlyMap<string, string>): Identity | null => {
  const lower = new Map([...labels].map(([name, value]) => [name.toLowerCase(), value]));
  const label = (...names: readonly string[]): string | null => {
    for (const name of names) {
      const value = lower.get(name);
      if (value !== undefined && value !== '') return value;
    }
    return null;
  };
  const address = normalisePciAddress(label('pci_bus_id', 'pcie_bus_id', 'pci_bdf', 'bdf') ?? '');
  const own = label('uuid', 'gpu_uuid', 'serial_number');
  // The sensor's own way names Intel's GPUs by their place on the bus; so does this one.
  const uuid = vendor === 'intel' && address !== null ? `PCI-${address}` : own;
  if (uuid === null || !uuidPattern.test(uuid)) return null;
  return {
    vendor,
    uuid,
    address,
    model: label('modelname', 'card_model', 'card_series', 'dev_name', 'model_name'),
    driver: label('dcgm_fi_driver_version', 'driver_version'),
  };
};

export interface ExportedGpu {
  readonly gpu: DiscoveredGpu;
  readonly sample: Sample;
}

interface Collected {
  readonly identity: Identity;
  readonly readings: Partial<Record<KnownMetric, number>>;
  free: number | null;
}

const modelNames: Readonly<Record<Vendor, string>> = {
  nvidia: 'NVIDIA GPU',
  amd: 'AMD GPU',
  intel: 'Intel GPU',
};

const collect = (series: readonly SeriesSample[]): Map<string, Collected> => {
  const gpus = new Map<string, Collected>();
  for (const { name, labels, value } of series) {
    const lowerName = name.toLowerCase();
    const vendor = vendorOf(lowerName);
    if (vendor === null || isGpuSlice(labels)) continue;
    const identity = identityOf(vendor, labels);
    if (identity === null) continue;
    const gpu = gpus.get(identity.uuid) ?? { identity, readings: {}, free: null };
    gpus.set(identity.uuid, gpu);
    if (lowerName === 'dcgm_fi_dev_fb_free') gpu.free = value;
    for (const { metric, scale, where = {} } of exporterMetrics[lowerName] ?? []) {
      const fits = Object.entries(where).every(([label, values]) => values.includes(labels.get(label) ?? ''));
      if (fits) gpu.readings[metric] ??= value * scale;
    }
  }
  return gpus;
};

/** More GPUs than one exporter reports. */
const maxGpus = 256;

/** GPUs and their readings out of one scrape. Those without an identity in their labels cannot be told apart: left out. */
export const exportedGpus = (series: readonly SeriesSample[]): readonly ExportedGpu[] =>
  [...collect(series).values()].slice(0, maxGpus).map(({ identity, readings, free }) => {
    const { vendor, uuid, address, model, driver } = identity;
    // dcgm-exporter's standard set has used and free memory, but not the total.
    const total = readings.memory_total ?? (free === null ? null : free + (readings.memory_used ?? 0));
    return {
      gpu: {
        vendor,
        model: clean(model ?? modelNames[vendor], 128),
        device_id: address ?? uuid.slice(0, 64),
        uuid,
        memory_total: Math.max(0, Math.min(16_777_216, Math.round(total ?? 0))),
        driver_version: driver === null ? null : clean(driver, 64),
        vbios_version: null,
        compute_capability: null,
      },
      sample: { uuid, metrics: boundedMetrics({ ...readings, memory_total: total }) },
    };
  });
