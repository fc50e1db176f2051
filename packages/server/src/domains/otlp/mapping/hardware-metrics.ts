import type { KnownMetric } from '@gpushield/contracts';

/** A metric of OpenTelemetry's `hw.*` conventions, or ours beside them, and what it is here. */
export interface HardwareMetric {
  readonly metric: KnownMetric;
  /** The unit that the conventions give it. */
  readonly unit: string;
  /** Attributes that a point must have with one of these values; '' stands for absent. */
  readonly where?: Readonly<Record<string, readonly string[]>>;
}

const to = (metric: KnownMetric, unit: string): readonly HardwareMetric[] => [{ metric, unit }];
const location = 'hw.sensor_location';
const clockType = 'gpushield.gpu.clock.type';

/** OpenTelemetry's semantic conventions for hardware and GPUs (in development there), and `gpushield.gpu.clock`. */
export const hardwareMetrics: Readonly<Record<string, readonly HardwareMetric[]>> = {
  'hw.gpu.utilization': [
    { metric: 'gpu_utilization', unit: '1', where: { 'hw.gpu.task': ['', 'general', 'compute'] } },
  ],
  'hw.gpu.memory.utilization': to('memory_utilization', '1'),
  'hw.gpu.memory.usage': to('memory_used', 'By'),
  'hw.gpu.memory.limit': to('memory_total', 'By'),
  'hw.power': to('power_usage', 'W'),
  'hw.energy': to('energy_consumption', 'J'),
  'hw.temperature': [
    { metric: 'memory_temperature', unit: 'Cel', where: { [location]: ['memory', 'mem', 'hbm'] } },
    {
      metric: 'temperature',
      unit: 'Cel',
      where: { [location]: ['', 'gpu', 'core', 'die', 'edge', 'junction'] },
    },
  ],
  'hw.errors': [
    { metric: 'ecc_corrected', unit: '{error}', where: { 'error.type': ['corrected', 'correctable'] } },
    {
      metric: 'ecc_uncorrected',
      unit: '{error}',
      where: { 'error.type': ['uncorrected', 'uncorrectable'] },
    },
  ],
  'hw.fan.speed_ratio': to('fan_speed', '1'),
  'gpushield.gpu.clock': [
    { metric: 'memory_clock', unit: 'MHz', where: { [clockType]: ['memory', 'mem'] } },
    { metric: 'sm_clock', unit: 'MHz', where: { [clockType]: ['', 'sm', 'gfx', 'graphics', 'gpu'] } },
  ],
};
