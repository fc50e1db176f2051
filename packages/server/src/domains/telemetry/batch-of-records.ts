import { knownMetricNames, type TelemetryInput } from '@gpushield/contracts';
import { canonicalId, type Place } from './check-places.ts';
import { positionOf } from './metrics.ts';
import type { BatchGpu, RecordBatch } from './record-batch.ts';

const width = knownMetricNames.length;

/** Metrics outside of the vocabulary as JSON text; null where there is none. Names are checked ASCII without quotes. */
const fillMetrics = (
  metrics: Readonly<Record<string, number>>,
  values: Float64Array,
  offset: number,
): string | null => {
  let extra = '';
  for (const name in metrics) {
    const value = metrics[name] ?? Number.NaN;
    const position = positionOf(name);
    if (position === undefined) extra += `${extra === '' ? '{' : ','}"${name}":${value}`;
    else values[offset + position] = value;
  }
  return extra === '' ? null : `${extra}}`;
};

/** REST records that passed every check as a batch in columns. */
export const batchOfRecords = (
  records: readonly TelemetryInput[],
  timestampsMs: readonly number[],
  places: ReadonlyMap<string, Place>,
): RecordBatch => {
  const rows = records.length;
  const gpus: BatchGpu[] = [];
  const indexOf = new Map<string, number>();
  const gpuOf = new Uint32Array(rows);
  const values = new Float64Array(rows * width).fill(Number.NaN);
  const sensorOf: (string | null)[] = [];
  const extras: (string | null)[] = [];
  let hasSensor = false;
  let hasExtra = false;
  for (const [row, record] of records.entries()) {
    let index = indexOf.get(record.gpu_id);
    if (index === undefined) {
      const gpuId = canonicalId(record.gpu_id);
      index = gpus.push({ gpuId, nodeId: places.get(gpuId)?.nodeId ?? '' }) - 1;
      indexOf.set(record.gpu_id, index);
    }
    gpuOf[row] = index;
    const sensor = typeof record.sensor_id === 'string' ? canonicalId(record.sensor_id) : null;
    const extra = fillMetrics(record.metrics, values, row * width);
    sensorOf.push(sensor);
    extras.push(extra);
    hasSensor ||= sensor !== null;
    hasExtra ||= extra !== null;
  }
  return {
    rows,
    gpus,
    gpuOf,
    sensorOf: hasSensor ? sensorOf : null,
    timestampsMs: Float64Array.from(timestampsMs),
    values,
    extras: hasExtra ? extras : null,
  };
};
