import { knownMetricNames } from '@gpushield/contracts';
import type { BatchGpu, RecordBatch } from '../telemetry/index.ts';
import type { RowTable } from './row-table.ts';

const width = knownMetricNames.length;

/** The rows whose GPU is known, as a batch. Rows of refused GPUs are closed up; where there are none nothing is copied. */
export const batchOfPoints = (table: RowTable, gpus: readonly (BatchGpu | undefined)[]): RecordBatch => {
  const [slotOf, times, values, extras] = [
    table.slotOf(),
    table.timestampsMs(),
    table.values(),
    table.extras(),
  ];
  const kept: BatchGpu[] = [];
  const indexOf = gpus.map((gpu) => (gpu === undefined ? -1 : kept.push(gpu) - 1));
  const gpuOf = new Uint32Array(table.rows());
  const keptExtras: (string | null)[] | null = extras === null ? null : [];
  let rows = 0;
  for (let row = 0; row < table.rows(); row += 1) {
    const index = indexOf[slotOf[row] ?? -1] ?? -1;
    if (index === -1) continue;
    gpuOf[rows] = index;
    if (rows !== row) {
      times[rows] = times[row] ?? 0;
      values.copyWithin(rows * width, row * width, (row + 1) * width);
    }
    keptExtras?.push(extras?.[row] ?? null);
    rows += 1;
  }
  return { rows, gpus: kept, gpuOf, sensorOf: null, timestampsMs: times, values, extras: keptExtras };
};
