import {
  encodeOtlp,
  metricsDocument,
  type TestMetric,
} from '../../packages/server/src/domains/otlp/testing/otlp-encoder.ts';

const gpusPerNode = 8;
/** Twenty numbers of a GPU, as a sensor or exporter sends them. */
const numbers: readonly (readonly [string, string, number])[] = [
  ['hw.gpu.utilization', '1', 0.87],
  ['hw.gpu.memory.utilization', '1', 0.61],
  ['hw.gpu.memory.usage', 'By', 52_613_349_376],
  ['hw.gpu.memory.limit', 'By', 85_899_345_920],
  ['hw.temperature', 'Cel', 66],
  ['hw.power', 'W', 612.4],
  ['hw.energy', 'J', 1_234_567_890],
  ['gpushield.gpu.clock', 'MHz', 1980],
  ['hw.fan.speed_ratio', '1', 0.4],
  ['gpushield.gpu.pcie_rx', 'By/s', 123_456],
  ['gpushield.gpu.pcie_tx', 'By/s', 654_321],
  ['gpushield.gpu.memory_bandwidth_utilization', '%', 41],
  ['gpushield.gpu.tensor_utilization', '%', 33],
  ['gpushield.gpu.power_limit', 'W', 700],
  ['gpushield.gpu.nvlink_rx', 'By/s', 9_876_543],
  ['gpushield.gpu.nvlink_tx', 'By/s', 8_765_432],
  ['gpushield.gpu.memory_temperature', 'Cel', 71],
  ['gpushield.gpu.throttle_power', '1', 0],
  ['gpushield.gpu.throttle_thermal', '1', 0],
  ['gpushield.gpu.process_count', '{process}', 2],
];

export interface Payload {
  readonly bytes: Buffer;
  readonly points: number;
  readonly records: number;
  /** Puts another time into every point. */
  setTime(ms: number): void;
}

/** An ExportMetricsServiceRequest of `nodes` nodes with eight GPUs each, twenty points a GPU, all at one time. */
export const otlpPayload = (nodes: number, prefix: string): Payload => {
  const placeholderMs = 1_111_111_111_111;
  const at = new Date(placeholderMs);
  const resourceMetrics = Array.from({ length: nodes }, (_, node) => {
    const metrics: TestMetric[] = numbers.flatMap(([name, unit, value]) =>
      Array.from({ length: gpusPerNode }, (__, slot) => ({
        ...{ name, unit, value, at },
        labels: { 'hw.id': `GPU-${prefix}-${node}-${slot}`, 'hw.type': 'gpu', 'hw.vendor': 'nvidia', slot },
      })),
    );
    const [first] = metricsDocument({ 'host.name': `${prefix}-${node}` }, metrics).resourceMetrics;
    return first;
  });
  const bytes = encodeOtlp('ExportMetrics', { resourceMetrics });
  const pattern = Buffer.alloc(8);
  pattern.writeBigUInt64LE(BigInt(placeholderMs) * 1_000_000n);
  const offsets: number[] = [];
  for (let found = bytes.indexOf(pattern); found !== -1; found = bytes.indexOf(pattern, found + 8))
    offsets.push(found);
  return {
    bytes,
    points: offsets.length,
    records: nodes * gpusPerNode,
    setTime: (ms) => {
      const nanos = BigInt(ms) * 1_000_000n;
      for (const offset of offsets) bytes.writeBigUInt64LE(nanos, offset);
    },
  };
};
