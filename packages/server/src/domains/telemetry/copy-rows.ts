import { knownMetricNames } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { positionOf } from './metrics.ts';

/** A record that passed every check. Ids are UUIDs in lower case. */
export interface CheckedRecord {
  readonly id: string;
  readonly gpuId: string;
  readonly nodeId: string;
  readonly sensorId: string | null;
  readonly telemetryType: string;
  readonly timestampMs: number;
  readonly metrics: Readonly<Record<string, number>>;
}

const table = 'telemetry_records';
const columns = [
  'id',
  'gpu_id',
  'node_id',
  'sensor_id',
  'telemetry_type',
  'timestamp',
  'received_at',
  ...knownMetricNames,
  'extra',
] as const;

const absent = '\\N';
const noMetrics: readonly string[] = knownMetricNames.map(() => absent);

/**
 * One line of PostgreSQL's text COPY format. Written for this row alone since it runs for every record: ids, times,
 * numbers and metric names are ASCII without anything to escape, which the schema and `checkRecords` guarantee.
 */
const encodeRow = (record: CheckedRecord, receivedAt: string): string => {
  const values = noMetrics.slice();
  let extra = '';
  for (const name in record.metrics) {
    const value = record.metrics[name];
    const position = positionOf(name);
    if (position === undefined) extra += `${extra === '' ? '{' : ','}"${name}":${value}`;
    else values[position] = String(value);
  }
  return (
    `${record.id}\t${record.gpuId}\t${record.nodeId}\t${record.sensorId ?? absent}\t${record.telemetryType}\t` +
    `${new Date(record.timestampMs).toISOString()}\t${receivedAt}\t${values.join('\t')}\t` +
    `${extra === '' ? absent : `${extra}}`}\n`
  );
};

/** The records of one request as COPY text, made once when they are accepted. */
export const encodeRows = (records: readonly CheckedRecord[], receivedAt: string): string => {
  let text = '';
  for (const record of records) text += encodeRow(record, receivedAt);
  return text;
};

/** Stores the rows of many requests with one COPY. */
export const copyRows = async (tx: Tx, texts: readonly string[]): Promise<void> => {
  await tx.copyIn(table, columns, Buffer.from(texts.join(''), 'latin1'));
};
