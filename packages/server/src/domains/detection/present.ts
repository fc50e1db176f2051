import type { DetectionFinding, GpuDetection } from '@gpushield/contracts';
import { at } from './detectors/numbers.ts';
import { picture } from './detectors/picture.ts';
import type { ListedFinding } from './finding-store.ts';

export const presentFinding = (row: ListedFinding): DetectionFinding => ({
  gpu_id: row.gpu_id,
  gpu_name: row.gpu_name,
  node_id: row.node_id,
  node_name: row.node_name,
  family: row.family,
  active: row.active,
  score: row.score,
  detectors: [...row.detectors],
  reasons: row.reasons.map((reason) => ({ ...reason })),
  alert_id: row.alert_id,
  first_at: row.first_at.toISOString(),
  last_at: row.last_at.toISOString(),
});

const orNull = (value: number): number | null => (Number.isFinite(value) ? value : null);

/** A state's numbers for people; null where the GPU was never judged. */
export const presentBaseline = (state: Float64Array | undefined): GpuDetection['baseline'] => {
  if (state === undefined || !(at(state, picture.lastMs) > 0)) return null;
  const read = (slot: number): number | null => orNull(at(state, slot));
  return {
    learned_until: new Date(at(state, picture.lastMs)).toISOString(),
    observed_seconds: at(state, picture.observedS),
    interval_seconds: read(picture.intervalS),
    idle_power: read(picture.idlePower),
    most_power: read(picture.mostPower),
    power_limit: read(picture.powerLimit),
    utilization: read(picture.utilization),
    power: read(picture.power),
    temperature: read(picture.temperature),
    memory_used: read(picture.memoryUsed),
    clock: read(picture.clock),
  };
};
