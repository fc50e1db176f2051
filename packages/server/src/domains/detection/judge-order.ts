import type { RecordBatch } from '../telemetry/index.ts';

/** Which row of which batch is judged next. Parallel arrays, one entry a row. */
export interface JudgeOrder {
  readonly rows: number;
  readonly batchOf: Uint32Array;
  readonly rowOf: Uint32Array;
}

/** All rows by time, then GPU, then as they came: the order in which records are learned from, on every replica. */
export const orderOf = (batches: readonly RecordBatch[]): JudgeOrder => {
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const batchOf = new Uint32Array(rows);
  const rowOf = new Uint32Array(rows);
  let place = 0;
  let unsorted = 0;
  let lastMs = -Infinity;
  let lastGpu = '';
  batches.forEach((batch, index) => {
    for (let row = 0; row < batch.rows; row += 1) {
      batchOf[place] = index;
      rowOf[place] = row;
      place += 1;
      const ms = batch.timestampsMs[row] ?? 0;
      const gpu = batch.gpus[batch.gpuOf[row] ?? 0]?.gpuId ?? '';
      if (ms < lastMs || (ms === lastMs && gpu < lastGpu)) unsorted += 1;
      lastMs = ms;
      lastGpu = gpu;
    }
  });
  if (unsorted === 0) return { rows, batchOf, rowOf };
  return sortRows(batches, rows, batchOf, rowOf);
};

const sortRows = (
  batches: readonly RecordBatch[],
  rows: number,
  batchOf: Uint32Array,
  rowOf: Uint32Array,
): JudgeOrder => {
  const ms = new Float64Array(rows);
  const rank = new Uint32Array(rows);
  const ids = new Set<string>();
  for (const { gpus } of batches) for (const { gpuId } of gpus) ids.add(gpuId);
  const ranks = new Map([...ids].sort().map((id, index) => [id, index]));
  const ranksOf = batches.map(({ gpus }) => Uint32Array.from(gpus, ({ gpuId }) => ranks.get(gpuId) ?? 0));
  const order = new Uint32Array(rows);
  for (let place = 0; place < rows; place += 1) {
    const batch = batches[batchOf[place] ?? 0];
    const row = rowOf[place] ?? 0;
    ms[place] = batch?.timestampsMs[row] ?? 0;
    rank[place] = ranksOf[batchOf[place] ?? 0]?.[batch?.gpuOf[row] ?? 0] ?? 0;
    order[place] = place;
  }
  order.sort((a, b) => (ms[a] ?? 0) - (ms[b] ?? 0) || (rank[a] ?? 0) - (rank[b] ?? 0) || a - b);
  return {
    rows,
    batchOf: order.map((place) => batchOf[place] ?? 0),
    rowOf: order.map((place) => rowOf[place] ?? 0),
  };
};
