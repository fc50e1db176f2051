import { maxBulkRecords, maxMetricsPerRecord, uuidPattern } from '@gpushield/contracts';
import { positionOf } from './metrics.ts';

/*
 * Bulks as sensors send them, told apart quickly: the schema's validator takes six times as long. Only a
 * yes counts (see `plainBody`); `plain-bulk.test.ts` holds it against the schema.
 */
const day = '(?:0[1-9]|1\\d|2[0-8])';
/** February's 29th is left to the schema. */
const monthAndDay = `(?:(?:0[1-9]|1[0-2])-${day}|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)`;
const utcTime = new RegExp(`^\\d{4}-${monthAndDay}T(?:[01]\\d|2[0-3])(?::[0-5]\\d){2}(?:\\.\\d{1,9})?Z$`);
const metricName = /^[a-z][a-z0-9_.]{0,63}$/;
const largest = 1e18;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const areMetrics = (metrics: unknown): boolean => {
  if (!isObject(metrics)) return false;
  let count = 0;
  for (const name in metrics) {
    const value = metrics[name];
    if (typeof value !== 'number' || !(value >= -largest && value <= largest)) return false;
    if (positionOf(name) === undefined && !metricName.test(name)) return false;
    count += 1;
  }
  return count > 0 && count <= maxMetricsPerRecord;
};

/** Remembers the last text that fitted: neighbouring records are of one node and one time. */
const fits = (pattern: RegExp) => {
  let last: string | undefined;
  return (value: unknown): boolean => {
    if (typeof value !== 'string') return false;
    if (value === last) return true;
    if (!pattern.test(value)) return false;
    last = value;
    return true;
  };
};

/** True for most bodies that `TelemetryBulk` accepts, and for no other. */
export const isPlainBulk = (body: unknown): boolean => {
  if (!isObject(body)) return false;
  const { records, ...others } = body;
  if (!Array.isArray(records) || Object.keys(others).length > 0) return false;
  if (records.length === 0 || records.length > maxBulkRecords) return false;
  const isGpu = fits(uuidPattern);
  const isSensor = fits(uuidPattern);
  const isTime = fits(utcTime);
  for (const record of records as readonly unknown[]) {
    if (!isObject(record)) return false;
    if (!isGpu(record['gpu_id']) || !isTime(record['timestamp']) || !areMetrics(record['metrics']))
      return false;
    let known = 3;
    const sensor = record['sensor_id'];
    if (sensor !== undefined) {
      if (sensor !== null && !isSensor(sensor)) return false;
      known += 1;
    }
    if (record['telemetry_type'] !== undefined) {
      if (record['telemetry_type'] !== 'metrics') return false;
      known += 1;
    }
    for (const _ in record) known -= 1;
    if (known !== 0) return false;
  }
  return true;
};
