import type { TelemetryInput } from '@gpushield/contracts';
import type { FieldError } from '../../platform/errors.ts';
import { maxFieldErrors, type PointerOf } from './check-records.ts';

/** Characters of a UUID in text. */
const uuidLength = 36;

/** The part of the fleet's place that ingest needs. */
export interface Place {
  readonly nodeId: string;
  readonly ownerId: string;
}

export interface KnownPlaces {
  readonly gpus: ReadonlyMap<string, Place>;
  readonly sensors: ReadonlyMap<string, Place>;
}

/** `unknown`: ids that name nothing. `misplaced`: a sensor that is not on the GPU's node. */
export interface PlaceProblems {
  readonly unknown: readonly FieldError[];
  readonly misplaced: readonly FieldError[];
}

/** An id in the form that PostgreSQL answers: lower case, and without the URN's prefix, which RFC 9562 allows. */
export const canonicalId = (id: string): string => id.toLowerCase().slice(-uuidLength);

/** Checks that each record speaks of things that are registered, and of a sensor on the GPU's own node. Pure. */
export const checkPlaces = (
  records: readonly TelemetryInput[],
  places: KnownPlaces,
  pointerOf: PointerOf,
): PlaceProblems => {
  const unknown: FieldError[] = [];
  const misplaced: FieldError[] = [];
  for (const [index, { gpu_id: gpuId, sensor_id: sensorId }] of records.entries()) {
    const gpu = places.gpus.get(canonicalId(gpuId));
    if (gpu === undefined)
      unknown.push({ field: `${pointerOf(index)}/gpu_id`, message: 'names no registered GPU' });
    const sensor = typeof sensorId === 'string' ? places.sensors.get(canonicalId(sensorId)) : gpu;
    if (sensor === undefined && typeof sensorId === 'string') {
      unknown.push({ field: `${pointerOf(index)}/sensor_id`, message: 'names no registered sensor' });
    } else if (sensor !== undefined && gpu !== undefined && sensor.nodeId !== gpu.nodeId) {
      const message = 'is not a sensor of the node that has this GPU';
      misplaced.push({ field: `${pointerOf(index)}/sensor_id`, message });
    }
    if (unknown.length + misplaced.length >= maxFieldErrors) break;
  }
  return { unknown, misplaced };
};
