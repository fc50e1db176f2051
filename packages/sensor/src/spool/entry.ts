import { crc32 } from 'node:zlib';

export const entryKinds = ['telemetry', 'events', 'inventory', 'syscalls'] as const;
export type EntryKind = (typeof entryKinds)[number];

/** One batch on its way to the server. `seq` orders all entries of a spool; `key` makes redelivery count once. */
export interface SpoolEntry {
  readonly seq: number;
  readonly kind: EntryKind;
  readonly key: string;
  /** How many records it holds, for the heartbeat. */
  readonly count: number;
  /** Where its source stood, such as a kernel log position, so that both become durable in one write. */
  readonly mark?: string;
  readonly payload: unknown;
}

/** A whole inventory at the contract's bounds is below 4 MiB. */
export const maxEntryBytes = 8 * 1024 * 1024;
const checksumLength = 8;

const checksum = (json: Buffer): string => crc32(json).toString(16).padStart(checksumLength, '0');

/** One line: eight hex digits of CRC-32, a space, JSON without line breaks, a line feed. */
export const encodeEntry = (entry: SpoolEntry): Buffer => {
  const json = Buffer.from(JSON.stringify(entry));
  return Buffer.concat([Buffer.from(`${checksum(json)} `), json, Buffer.from('\n')]);
};

const isEntry = (value: unknown): value is SpoolEntry =>
  typeof value === 'object' &&
  value !== null &&
  'seq' in value &&
  Number.isSafeInteger(value.seq) &&
  'kind' in value &&
  entryKinds.some((kind) => kind === value.kind) &&
  'key' in value &&
  typeof value.key === 'string' &&
  'count' in value &&
  Number.isSafeInteger(value.count) &&
  (!('mark' in value) || typeof value.mark === 'string') &&
  'payload' in value;

/** The entry of one line without its line feed, or null when the line is damaged. */
export const decodeLine = (line: Buffer): SpoolEntry | null => {
  if (line.length < checksumLength + 2 || line[checksumLength] !== 0x20) return null;
  const json = line.subarray(checksumLength + 1);
  if (line.subarray(0, checksumLength).toString('latin1') !== checksum(json)) return null;
  try {
    const value: unknown = JSON.parse(json.toString('utf8'));
    return isEntry(value) ? value : null;
  } catch {
    return null;
  }
};

/**
 * The entries of a segment's bytes. `usableBytes` is where the last complete line ends: what follows was torn by a
 * crash and was never acknowledged. `damaged` counts complete lines that do not hold: the disk changed them.
 */
export const decodeSegment = (
  bytes: Buffer,
): { entries: SpoolEntry[]; usableBytes: number; damaged: number } => {
  const entries: SpoolEntry[] = [];
  let damaged = 0;
  let start = 0;
  for (let end = bytes.indexOf(0x0a, start); end >= 0; end = bytes.indexOf(0x0a, start)) {
    const entry = decodeLine(bytes.subarray(start, end));
    if (entry === null) damaged += 1;
    else entries.push(entry);
    start = end + 1;
  }
  return { entries, usableBytes: start, damaged };
};
