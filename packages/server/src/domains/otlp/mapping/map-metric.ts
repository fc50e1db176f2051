import { exporterMetrics, knownMetricNames, knownMetrics, type KnownMetric } from '@gpushield/contracts';
import type { MetricKind } from '../point-sink.ts';
import { hardwareMetrics } from './hardware-metrics.ts';
import { unitFactor } from './units.ts';

/** One way in which a metric's points are kept: in this column, times this factor, if the attributes fit. */
export interface Target {
  /** Position among `knownMetricNames`. */
  readonly position: number;
  readonly factor: number;
  readonly where: Readonly<Record<string, readonly string[]>> | undefined;
}

/** What becomes of a metric: columns, a metric outside of the vocabulary, or a refusal with its reason. */
export type Mapping =
  | { readonly kind: 'columns'; readonly targets: readonly Target[]; readonly isHardware: boolean }
  | { readonly kind: 'extra'; readonly name: string }
  | { readonly kind: 'refused'; readonly reason: string };

const positions = new Map<string, number>(knownMetricNames.map((name, index) => [name, index]));
const ownPrefix = 'gpushield.gpu.';

/** Counters that only make sense as a running total. */
const counters: ReadonlySet<KnownMetric> = new Set([
  'energy_consumption',
  'ecc_corrected',
  'ecc_uncorrected',
  'pcie_replays',
]);

const columns = (
  targets: readonly { metric: KnownMetric; factor: number; where?: Target['where'] }[],
  kind: MetricKind,
  isHardware: boolean,
): Mapping => {
  if (kind === 'delta' && targets.some(({ metric }) => counters.has(metric)))
    return { kind: 'refused', reason: 'delta temporality is not kept: export it as cumulative' };
  return {
    kind: 'columns',
    isHardware,
    targets: targets.map(({ metric, factor, where }) => ({
      position: positions.get(metric) ?? 0,
      factor,
      where,
    })),
  };
};

const mapHardware = (name: string, unit: string, kind: MetricKind): Mapping | undefined => {
  const candidates = hardwareMetrics[name];
  if (candidates === undefined) return undefined;
  const targets = candidates.flatMap(({ metric, unit: usual, where }) => {
    const factor = unitFactor(unit, knownMetrics[metric][0], usual);
    return factor === undefined ? [] : [{ metric, factor, where }];
  });
  return targets.length === 0
    ? { kind: 'refused', reason: `${name} in unit "${unit.slice(0, 32)}" disagrees with what it measures` }
    : columns(targets, kind, true);
};

const mapExporter = (name: string, kind: MetricKind): Mapping | undefined => {
  const lower = name.toLowerCase();
  const found = exporterMetrics[lower] ?? exporterMetrics[lower.replace(/_total$/, '')];
  return found === undefined
    ? undefined
    : columns(
        found.map(({ metric, scale, where }) => ({ metric, factor: scale, where })),
        kind,
        false,
      );
};

const mapOwn = (name: string, unit: string, kind: MetricKind): Mapping | undefined => {
  const bare = name.startsWith(ownPrefix) ? name.slice(ownPrefix.length) : name;
  const known = knownMetricNames.find((candidate) => candidate === bare);
  if (known === undefined) return undefined;
  const target = knownMetrics[known][0];
  const factor = unitFactor(unit, target, target === 'MiB' ? 'MiBy' : target);
  return factor === undefined
    ? { kind: 'refused', reason: `${name} in unit "${unit.slice(0, 32)}" disagrees with what it measures` }
    : columns([{ metric: known, factor }], kind, false);
};

/** A name that the metrics beside the vocabulary may have; undefined when it cannot be made one. */
const extraName = (name: string): string | undefined => {
  const plain = name.toLowerCase().replace(/[^a-z0-9_.]/g, '_');
  return /^[a-z][a-z0-9_.]{0,63}$/.test(plain) ? plain : undefined;
};

/** dcgm-exporter's gauge keeps the last Xid for ever and hides repeats; free memory is what the others leave. */
const ignored: ReadonlySet<string> = new Set(['dcgm_fi_dev_fb_free', 'dcgm_fi_dev_fb_reserved']);

/** What becomes of the points of a metric. Pure: names, units and kinds alone decide. */
export const mapMetric = (name: string, unit: string, kind: MetricKind): Mapping => {
  if (kind === 'histogram' || kind === 'summary')
    return { kind: 'refused', reason: `${kind === 'summary' ? 'summaries' : 'histograms'} are not kept` };
  const mapped = mapHardware(name, unit, kind) ?? mapExporter(name, kind) ?? mapOwn(name, unit, kind);
  if (mapped !== undefined) return mapped;
  if (ignored.has(name.toLowerCase())) return { kind: 'columns', targets: [], isHardware: false };
  const extra = extraName(name);
  return extra === undefined
    ? { kind: 'refused', reason: 'a metric has a name that is none' }
    : { kind: 'extra', name: extra };
};
