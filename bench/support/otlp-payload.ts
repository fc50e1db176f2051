import {
  encodeOtlp,
  metricsDocument,
  type TestMetric,
} from '../../packages/server/src/domains/otlp/testing/otlp-encoder.ts';

const gpusPerNode = 8;
/**
 * Twenty numbers of a GPU that trains, as a sensor or exporter sends them: name, unit, value, the share of it by which it
 * moves from record to record, and what it gains each second. A GPU whose readings stand still is an anomaly, and so is one without traffic.
 */
const numbers: readonly (readonly [string, string, number, number?, number?])[] = [
  ['hw.gpu.utilization', '1', 0.87, 0.14],
  ['hw.gpu.memory.utilization', '1', 0.61, 0.2],
  ['hw.gpu.memory.usage', 'By', 52_613_349_376],
  ['hw.gpu.memory.limit', 'By', 85_899_345_920],
  ['hw.temperature', 'Cel', 66, 0.01],
  ['hw.power', 'W', 560.4, 0.2],
  ['hw.energy', 'J', 1_234_567_890, 0, 560],
  ['gpushield.gpu.clock', 'MHz', 1900, 0.02],
  ['hw.fan.speed_ratio', '1', 0.4],
  ['gpushield.gpu.pcie_rx', 'By/s', 2_123_456_000, 0.5],
  ['gpushield.gpu.pcie_tx', 'By/s', 1_654_321_000, 0.5],
  ['gpushield.gpu.memory_bandwidth_utilization', '%', 41, 0.3],
  ['gpushield.gpu.tensor_utilization', '%', 45, 0.4],
  ['gpushield.gpu.power_limit', 'W', 700],
  ['gpushield.gpu.nvlink_rx', 'By/s', 9_876_543_000, 0.5],
  ['gpushield.gpu.nvlink_tx', 'By/s', 8_765_432_000, 0.5],
  ['gpushield.gpu.memory_temperature', 'Cel', 71, 0.01],
  ['gpushield.gpu.throttle_power', '1', 0],
  ['gpushield.gpu.throttle_thermal', '1', 0],
  ['gpushield.gpu.process_count', '{process}', 2],
];

export interface Payload {
  readonly bytes: Buffer;
  readonly points: number;
  readonly records: number;
  /** Puts another time into every point, and values that moved where `turn` is given. */
  setTime(ms: number, turn?: number): void;
}

const noiseLength = 4096;
/** -1 to 1, evenly: what moves the values, the same in each run. */
const noise = Float64Array.from({ length: noiseLength }, (_, n) => {
  const mixed = Math.imul(n ^ (n >>> 3), 2_654_435_761) >>> 0;
  return ((mixed / 2 ** 31) % 2) - 1;
});
/** Behind the time of a point: the tag of as_double, then its eight bytes. */
const valueTag = 0x21;
const valueOffset = 9;

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
  // In the order of the points: metric by metric, and the GPUs of a node within.
  const moving = offsets.map((offset, point) => {
    const [, , value, share = 0, gain = 0] = numbers[Math.floor(point / gpusPerNode) % numbers.length] ?? [
      '',
      '',
      0,
    ];
    if (bytes[offset + valueOffset - 1] !== valueTag) throw new Error('a point has its value elsewhere');
    return { at: offset + valueOffset, value, share, gain, point };
  });
  const originMs = Date.now() - 3_600_000;
  const move = (turn: number, ms: number): void => {
    for (const { at: place, value, share, gain, point } of moving)
      if (share > 0 || gain > 0) {
        const moved = noise[(point * 31 + turn * 1_013) % noiseLength] ?? 0;
        bytes.writeDoubleLE(value * (1 + share * moved) + (gain * (ms - originMs)) / 1000, place);
      }
  };
  return {
    bytes,
    points: offsets.length,
    records: nodes * gpusPerNode,
    setTime: (ms, turn) => {
      if (turn !== undefined) move(turn, ms);
      const nanos = BigInt(ms) * 1_000_000n;
      for (const offset of offsets) bytes.writeBigUInt64LE(nanos, offset);
    },
  };
};
