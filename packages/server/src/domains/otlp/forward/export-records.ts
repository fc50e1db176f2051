import { knownMetricNames, knownMetrics } from '@gpushield/contracts';
import type { RecordBatch } from '../../telemetry/index.ts';
import type { Export } from '../deps.ts';
import { toProtobuf } from './to-protobuf.ts';

/** Records of one export: even with all their metrics it stays below the 4 MiB that Collectors take by gRPC. */
const recordsPerExport = 250;
const width = knownMetricNames.length;

type Point = Readonly<Record<string, unknown>>;
const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });

const extrasOf = (text: string | null | undefined): readonly (readonly [string, number])[] =>
  text === null || text === undefined ? [] : Object.entries(JSON.parse(text) as Record<string, number>);

/** What one node's rows say, by metric: its name and unit, and its points. */
const metricsOf = (batch: RecordBatch, rows: readonly number[]) => {
  const metrics = new Map<
    string,
    { readonly name: string; readonly unit: string; readonly points: Point[] }
  >();
  const add = (name: string, unit: string, point: Point): void => {
    const metric = metrics.get(name) ?? { name, unit, points: [] };
    metrics.set(name, metric);
    metric.points.push(point);
  };
  for (const row of rows) {
    const attributes = [attribute('gpushield.gpu.id', batch.gpus[batch.gpuOf[row] ?? 0]?.gpuId ?? '')];
    const timeUnixNano = `${String(batch.timestampsMs[row] ?? 0)}000000`;
    for (let place = 0; place < width; place += 1) {
      const asDouble = batch.values[row * width + place] ?? Number.NaN;
      const name = knownMetricNames[place];
      if (name === undefined || Number.isNaN(asDouble)) continue;
      const [unit] = knownMetrics[name];
      add(`gpushield.gpu.${name}`, unit === 'MiB' ? 'MiBy' : unit, { attributes, timeUnixNano, asDouble });
    }
    for (const [name, asDouble] of extrasOf(batch.extras?.[row]))
      add(name, '', { attributes, timeUnixNano, asDouble });
  }
  return [...metrics.values()].map(({ name, unit, points }) => ({
    name,
    unit,
    gauge: { dataPoints: points },
  }));
};

/** Records that came by the REST API as OTLP exports, so that whoever is behind OTLP_ENDPOINT has them too. */
export const exportsOfRecords = function* (batch: RecordBatch): Generator<Export> {
  for (let from = 0; from < batch.rows; from += recordsPerExport) {
    const rows = Array.from({ length: Math.min(recordsPerExport, batch.rows - from) }, (_, n) => from + n);
    const byNode = Map.groupBy(rows, (row) => batch.gpus[batch.gpuOf[row] ?? 0]?.nodeId ?? '');
    const resourceMetrics = [...byNode].map(([nodeId, own]) => ({
      resource: {
        attributes: [attribute('service.name', 'gpushield'), attribute('gpushield.node.id', nodeId)],
      },
      scopeMetrics: [{ scope: { name: 'gpushield.records' }, metrics: metricsOf(batch, own) }],
    }));
    yield { encoding: 'protobuf', bytes: toProtobuf('metrics', { resourceMetrics }) };
  }
};
