import { knownMetricNames, type KnownMetric } from '@gpushield/contracts';

export type Row = Readonly<Partial<Record<KnownMetric, number>>>;
/** -1..1, evenly; mulberry32. */
export type Noise = () => number;
/** What a workload asks of the GPU at a moment; the rest follows from physics. */
export interface Demand {
  readonly utilization: number;
  /** Share of full power above rest; follows utilisation where absent. */
  readonly load?: number;
  readonly tensor?: number;
  readonly bandwidth?: number;
  readonly memory?: number;
  readonly pcie?: number;
  readonly nvlink?: number;
  readonly clock?: number;
  /** What replaces or joins the readings in the end: faults and lies. */
  readonly override?: Row;
}
export type Workload = (tS: number, noise: Noise) => Demand;

export const noiseOf = (seed: number): Noise => {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2_147_483_648 - 1;
  };
};

const idlePower = 68;
const limit = 700;
const total = 81_559;

/** Rows of one GPU, one each `intervalS`: an H100 in shape, with heat that follows power late and a fan that follows heat. */
export const trace = (
  workload: Workload,
  options: { readonly seconds: number; readonly intervalS?: number; readonly seed?: number },
): readonly { readonly tS: number; readonly row: Row }[] => {
  const { seconds, intervalS = 1, seed = 1 } = options;
  const noise = noiseOf(seed);
  const rows: { readonly tS: number; readonly row: Row }[] = [];
  let heat = 32;
  for (let tS = 0; tS < seconds; tS += intervalS) {
    const demand = workload(tS, noise);
    const load = demand.load ?? 0.9 * (demand.utilization / 100);
    const power = Math.min(limit * 1.01, idlePower + load * (limit - idlePower) + 3 * noise());
    heat += (1 - Math.exp(-intervalS / 40)) * (30 + 0.055 * power - heat);
    const busy = demand.utilization > 2;
    rows.push({
      tS,
      row: {
        gpu_utilization: Math.max(0, Math.min(100, demand.utilization + (busy ? noise() : 0))),
        memory_used: demand.memory ?? 500,
        memory_total: total,
        temperature: Math.round(heat + 0.6 * noise()),
        power_usage: power,
        power_limit: limit,
        sm_clock: demand.clock ?? (busy ? 1900 + 20 * noise() : 345),
        fan_speed: Math.round(Math.max(20, 1.2 * (heat - 15))),
        pcie_rx: (demand.pcie ?? 1e5) * (1 + 0.3 * noise()),
        pcie_tx: 0.3 * (demand.pcie ?? 1e5) * (1 + 0.3 * noise()),
        nvlink_rx: demand.nvlink ?? 0,
        nvlink_tx: demand.nvlink ?? 0,
        tensor_utilization: demand.tensor ?? 0,
        memory_bandwidth_utilization: demand.bandwidth ?? demand.utilization * 0.4,
        ecc_corrected: 2,
        ecc_uncorrected: 0,
        ecc_enabled: 1,
        process_count: busy ? 1 : 0,
        ...demand.override,
      },
    });
  }
  return rows;
};

/** A row as the model takes it. */
export const valuesOf = (row: Row): Float64Array =>
  Float64Array.from(knownMetricNames, (name) => row[name] ?? NaN);
