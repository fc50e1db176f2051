import {
  hostGpuName,
  isHostLocalGpu,
  uuidPattern,
  type GpuVendor,
  type RegisterGpu,
} from '@gpushield/contracts';
import type { Attributes } from '../attributes.ts';

/** Which GPU a point speaks of, and what it says of that GPU. */
export interface GpuIdentity {
  /** The vendor's UUID, or our own id of the GPU. */
  readonly uuid: string | null;
  readonly gpuId: string | null;
  readonly nodeName: string | null;
  readonly clusterId: string;
  readonly vendor: GpuVendor | null;
  readonly model: string | null;
  readonly address: string | null;
  readonly driver: string | null;
  /** The job that it works for, where its labels say so. */
  readonly job: string | null;
}

const vendorUuid = /^[A-Za-z0-9._:-]{1,96}$/;
const idPattern = new RegExp(uuidPattern, 'i');
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._:@/ -]{0,252}$/;
/** `hw.id` is unique within its host only, unless it has the form of a vendor's UUID or of our own name. */
const worldwide = /^(?:GPU|MIG|AMD|HOST)-|^[0-9a-f-]{16,}$/i;

const vendors: readonly (readonly [RegExp, GpuVendor])[] = [
  [/nvidia/i, 'nvidia'],
  [/amd|advanced micro/i, 'amd'],
  [/intel/i, 'intel'],
];
const vendorIn = (text: string | null): GpuVendor | null =>
  text === null ? null : (vendors.find(([pattern]) => pattern.test(text))?.[1] ?? null);

/** Which vendor's exporter a metric's name comes from. */
export const vendorOfMetric = (name: string): GpuVendor | null => {
  if (/^dcgm_/i.test(name)) return 'nvidia';
  if (/^xpum_/i.test(name)) return 'intel';
  return /^(gpu_[a-z]+_|pcie_)/i.test(name) ? 'amd' : null;
};

/** Attributes of the point go before those of its resource; keys are compared without regard to case. */
const reader = (point: Attributes, resource: Attributes) => {
  const lower = new Map<string, string>();
  for (const attributes of [resource, point])
    for (const [name, value] of attributes) if (value !== '') lower.set(name.toLowerCase(), value);
  return (...names: readonly string[]): string | null => {
    for (const name of names) {
      const value = lower.get(name);
      if (value !== undefined) return value;
    }
    return null;
  };
};

/** True for points that say that they are about something else than a GPU. */
export const isForeignHardware = (point: Attributes, resource: Attributes): boolean => {
  const type = point.get('hw.type') ?? resource.get('hw.type') ?? 'gpu';
  return type.toLowerCase() !== 'gpu';
};

const uuidOf = (
  read: ReturnType<typeof reader>,
  nodeName: string | null,
  clusterId: string,
): string | null => {
  const own = read('gpushield.gpu.uuid', 'gpu.uuid', 'uuid', 'gpu_uuid', 'hw.serial_number', 'serial_number');
  if (own !== null && !isHostLocalGpu(own)) return vendorUuid.test(own) ? own : null;
  const local = own ?? read('hw.id', 'gpu_id', 'gpu');
  if (local === null) return null;
  if (worldwide.test(local)) return vendorUuid.test(local) ? local : null;
  return nodeName === null ? null : hostGpuName({ clusterId, nodeName }, local);
};

const named = (value: string | null): string | null =>
  value !== null && namePattern.test(value) ? value : null;

const placeIn = (read: ReturnType<typeof reader>) => ({
  nodeName: named(
    read('hostname', 'gpushield.node', 'k8s.node.name', 'host.name', 'node', '_hostname', 'host.id'),
  ),
  clusterId: named(read('k8s.cluster.name', 'cluster')) ?? 'default',
});

/** The node and the cluster that a point or a log record names: one reading for all signals. */
export const placeOf = (own: Attributes, resource: Attributes): Pick<GpuIdentity, 'nodeName' | 'clusterId'> =>
  placeIn(reader(own, resource));

const jobPattern = /^[\x21-\x7e]{1,128}$/;
const jobOf = (value: string | null): string | null =>
  value !== null && jobPattern.test(value) ? value : null;

/** Reads the GPU out of a point's attributes and its resource's. Pure. */
export const identityOf = (point: Attributes, resource: Attributes, metricName: string): GpuIdentity => {
  const read = reader(point, resource);
  const id = read('gpushield.gpu.id');
  const { nodeName, clusterId } = placeIn(read);
  const uuid = uuidOf(read, nodeName, clusterId);
  return {
    gpuId: id !== null && idPattern.test(id) ? id.toLowerCase() : null,
    uuid,
    nodeName,
    clusterId,
    vendor:
      vendorIn(read('hw.vendor', 'gpu.vendor', 'vendor')) ??
      vendorOfMetric(metricName) ??
      (uuid !== null && /^(GPU|MIG)-/.test(uuid) ? 'nvidia' : null),
    model: read('hw.model', 'modelname', 'card_model', 'card_series', 'dev_name', 'hw.name'),
    address: read('pci_bus_id', 'pcie_bus_id', 'pci_bdf', 'gpushield.gpu.pci_address'),
    job: jobOf(read('gpushield.job.id', 'hpc_job', 'slurm.job.id', 'slurm_job_id', 'k8s.job.name')),
    driver: read('hw.driver_version', 'dcgm_fi_driver_version', 'driver_version'),
  };
};

const printable = (text: string, maxLength: number): string =>
  text
    .replace(/[\p{Cc}\p{Cf}]/gu, ' ')
    .trim()
    .slice(0, maxLength);

/** What a GPU that nobody knows would be registered as; a text says what is missing for it. */
export const registrationOf = (identity: GpuIdentity): RegisterGpu | string => {
  const { uuid, vendor, nodeName, model, address, driver } = identity;
  if (uuid === null) return 'an unknown GPU has no UUID in its attributes';
  if (nodeName === null) return 'an unknown GPU has no host.name or k8s.node.name';
  if (vendor === null) return 'an unknown GPU has no hw.vendor';
  const named = printable(model ?? '', 128);
  return {
    vendor,
    model: named === '' ? `${vendor} GPU` : named,
    device_id: printable(address ?? '', 64) || uuid.slice(0, 64),
    uuid,
    memory_total: 0,
    driver_version: driver === null ? null : printable(driver, 64),
  };
};
