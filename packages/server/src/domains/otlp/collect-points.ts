import {
  earliestTimestamp,
  isGpuSlice,
  knownMetricNames,
  knownMetrics,
  maxFutureMs,
} from '@gpushield/contracts';
import { noAttributes, type Attributes } from './attributes.ts';
import { createItemLimit } from './item-limit.ts';
import { identityOf, isForeignHardware, type GpuIdentity } from './mapping/gpu-identity.ts';
import { mapMetric, type Mapping, type Target } from './mapping/map-metric.ts';
import type { PointSink } from './point-sink.ts';
import type { Rejections } from './rejections.ts';
import { createRowTable, type RowTable } from './row-table.ts';

/** Rows (GPU × millisecond) of one export; more would not fit the ingest buffer anyway. */
export const maxRowsPerExport = 50_000;
const maxGpusPerExport = 20_000;
/** Metrics remembered by name, unit and kind: an export says the same ones of each of its resources. */
const maxKnownMetrics = 1_024;
/** Attributes remembered by their key; beyond, they are read again. */
export const maxKnownPoints = 65_536;

const earliestMs = Date.parse(earliestTimestamp);
const minimums = Float64Array.from(knownMetricNames, (name) => knownMetrics[name][1]);
const maximums = Float64Array.from(knownMetricNames, (name) => knownMetrics[name][2]);
/** Shares and percents may exceed their bound by what rounding does. */
const slack = 1e-9;

/** One GPU that the export speaks of, and how many of its points were taken. */
export interface GpuSlot {
  readonly identity: GpuIdentity;
  points: number;
}

/** What came out of an export: rows by slot, and the GPUs behind the slots. */
export interface CollectedPoints {
  readonly table: RowTable;
  readonly slots: readonly GpuSlot[];
  readonly points: () => number;
}

interface KnownPoint {
  readonly attributes: Attributes;
  /** -1: no GPU can be read out of it. */
  readonly slot: number;
  readonly isForeign: boolean;
  readonly isSlice: boolean;
}

const fits = ({ where }: Target, point: Attributes, resource: Attributes): boolean => {
  if (where === undefined) return true;
  for (const name in where) {
    const value = point.get(name) ?? resource.get(name) ?? '';
    if (where[name]?.includes(value) !== true) return false;
  }
  return true;
};

const slotKey = ({ gpuId, uuid }: GpuIdentity): string | null => gpuId ?? uuid;

/** The GPUs of an export, each in a slot of its own. */
const createSlots = () => {
  const slots: GpuSlot[] = [];
  const byKey = new Map<string, number>();
  return {
    slots,
    /** -1: it names no GPU, or there are too many. */
    of: (identity: GpuIdentity): number => {
      const key = slotKey(identity);
      if (key === null) return -1;
      const slot = byKey.get(key);
      if (slot !== undefined) return slot;
      if (slots.length >= maxGpusPerExport) return -1;
      byKey.set(key, slots.length);
      return slots.push({ identity, points: 0 }) - 1;
    },
  };
};

/** Why a point is refused whatever its metric is; null when it is not. */
const pointProblem = (point: KnownPoint, timeMs: number, value: number, nowMs: number): string | null => {
  if (point.isForeign) return 'it is not about a GPU (hw.type)';
  if (point.isSlice) return 'it is about a MIG slice (GPU_I_ID); the whole GPU’s own points are kept';
  if (point.slot === -1) return 'no GPU is named in its attributes (hw.id, UUID, gpu_uuid …)';
  if (!Number.isFinite(value)) return 'its value is not a finite number';
  if (timeMs < earliestMs) return `its time is before ${earliestTimestamp}`;
  return timeMs > nowMs + maxFutureMs ? `its time is more than ${maxFutureMs / 1000} s ahead` : null;
};

/** Whether no device can report this. */
const isImpossible = ({ position }: Target, value: number): boolean =>
  value < (minimums[position] ?? 0) - slack || value > (maximums[position] ?? 0) + slack;

/** Puts a point into its row; a text says why it cannot be kept. */
const storePoint = (
  { table, slots }: Pick<CollectedPoints, 'table' | 'slots'>,
  { mapping, metricName, resource }: { mapping: Mapping; metricName: string; resource: Attributes },
  point: KnownPoint,
  timeMs: number,
  value: number,
): string | null => {
  if (mapping.kind === 'refused') return mapping.reason;
  const name = metricName.slice(0, 64);
  let target: Target | undefined;
  if (mapping.kind === 'columns') {
    if (mapping.targets.length === 0) return null;
    target = mapping.targets.find((candidate) => fits(candidate, point.attributes, resource));
    if (target === undefined) return `${name} with these attributes is not kept`;
    if (isImpossible(target, value * target.factor)) return `${name} is out of what a device can report`;
  }
  const row = table.row(point.slot, timeMs);
  if (row === -1) return `one export may have ${maxRowsPerExport} times of GPUs: send it in parts`;
  if (target !== undefined) {
    const scaled = value * target.factor;
    table.set(row, target.position, Math.min(scaled, maximums[target.position] ?? scaled));
  } else if (mapping.kind === 'extra' && !table.setExtra(row, mapping.name, value))
    return 'its GPU has too many metrics at that time';
  const slot = slots[point.slot];
  if (slot !== undefined) slot.points += 1;
  return null;
};

/** `mapMetric`, asked once for each metric of an export. */
const createMapper = (): typeof mapMetric => {
  const known = new Map<string, Mapping>();
  return (name, unit, kind) => {
    const key = `${kind}\n${unit}\n${name}`;
    const before = known.get(key);
    if (before !== undefined) return before;
    const mapping = mapMetric(name, unit, kind);
    if (known.size < maxKnownMetrics) known.set(key, mapping);
    return mapping;
  };
};

/**
 * Takes an export's points into rows. Pure but for what it fills; `nowMs` bounds the times. Its sink throws
 * `body_too_large` above `maxItemsPerExport`.
 */
export const collectPoints = (
  rejections: Rejections,
  nowMs: number,
): { readonly sink: PointSink; readonly collected: CollectedPoints } => {
  const table = createRowTable(maxRowsPerExport);
  const { slots, of: slotOf } = createSlots();
  let resource: Attributes = noAttributes;
  let known = new Map<string, KnownPoint>();
  const mappingOf = createMapper();
  let mapping: Mapping = { kind: 'refused', reason: 'no metric' };
  let metricName = '';
  let points = 0;
  const spend = createItemLimit('points');

  const learn = (key: string, attributes: Attributes): KnownPoint => {
    const point = {
      attributes,
      slot: slotOf(identityOf(attributes, resource, metricName)),
      isForeign: isForeignHardware(attributes, resource),
      isSlice: isGpuSlice(attributes),
    };
    if (known.size >= maxKnownPoints) known.clear();
    known.set(key, point);
    return point;
  };
  const sink: PointSink = {
    resource: (attributes) => {
      spend(1);
      resource = attributes;
      known = new Map();
    },
    metric: (name, unit, kind, count) => {
      spend(1 + count);
      metricName = name;
      mapping = mappingOf(name, unit, kind);
    },
    point: (key, attributes, timeMs, value) => {
      points += 1;
      const point = known.get(key) ?? learn(key, attributes());
      const reason =
        pointProblem(point, timeMs, value, nowMs) ??
        storePoint({ table, slots }, { mapping, metricName, resource }, point, timeMs, value);
      if (reason !== null) rejections.add(reason);
    },
    unusable: (count) => {
      points += count;
      rejections.add(mapping.kind === 'refused' ? mapping.reason : 'it holds no number', count);
    },
  };
  return { sink, collected: { table, slots, points: () => points } };
};
