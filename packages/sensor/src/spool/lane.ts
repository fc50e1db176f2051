import { open, readFile, readdir, truncate, unlink, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSegment, type SpoolEntry } from './entry.ts';

/** A segment is the unit of reading into memory and of dropping: small keeps both small. */
export const segmentBytes = 1024 * 1024;

interface Segment {
  readonly path: string;
  bytes: number;
  lastSeq: number;
}
interface Active {
  readonly segment: Segment;
  readonly handle: FileHandle;
}
export interface LaneSummary {
  readonly records: number;
  readonly maxSeq: number;
  readonly damaged: number;
  readonly lastMark: string | undefined;
}
/**
 * One kind of entries in append-only segment files. Reading holds at most one segment in memory. A lane is not safe
 * for concurrent calls: the spool serialises them.
 */
export interface Lane {
  readonly directory: string;
  readonly name: string;
  segments: Segment[];
  /** The segment that is written to; always the last one. */
  active: Active | undefined;
  /** Entries of the first segment that were not yet taken, or undefined when it has not been read. */
  head: SpoolEntry[] | undefined;
  isDirty: boolean;
}

export const createLane = ({ directory, name }: { directory: string; name: string }): Lane => ({
  ...{ directory, name, segments: [], active: undefined, head: undefined, isDirty: false },
});

/** Makes a new file's name durable: without it a power cut may lose the whole segment. */
const syncDirectory = async (directory: string): Promise<void> => {
  const handle = await open(directory, 'r');
  await handle.sync().finally(() => handle.close());
};

export const laneBytes = (lane: Lane): number => lane.segments.reduce((sum, { bytes }) => sum + bytes, 0);

/** Makes what was appended survive a power cut. */
export const syncLane = async (lane: Lane): Promise<void> => {
  if (!lane.isDirty) return;
  lane.isDirty = false;
  await lane.active?.handle.datasync();
};

export const closeLane = async (lane: Lane): Promise<void> => {
  const closing = lane.active;
  lane.active = undefined;
  if (closing === undefined) return;
  await closing.handle.datasync().finally(() => closing.handle.close());
};

/** Reads what earlier runs left, cutting torn ends. `records` counts those after `acknowledged`. */
export const recoverLane = async (lane: Lane, acknowledged: number): Promise<LaneSummary> => {
  const { directory, name, segments } = lane;
  const isOurs = (file: string): boolean => file.startsWith(`${name}-`) && file.endsWith('.seg');
  let lastMark: string | undefined;
  let damaged = 0;
  let records = 0;
  for (const file of (await readdir(directory)).filter(isOurs).sort()) {
    const path = join(directory, file);
    const decoded = decodeSegment(await readFile(path));
    await truncate(path, decoded.usableBytes);
    damaged += decoded.damaged;
    for (const { mark, seq, count } of decoded.entries) {
      lastMark = mark ?? lastMark;
      if (seq > acknowledged) records += count;
    }
    const lastSeq = decoded.entries.at(-1)?.seq;
    if (lastSeq === undefined) await unlink(path);
    else segments.push({ path, bytes: decoded.usableBytes, lastSeq });
  }
  return { records, maxSeq: segments.at(-1)?.lastSeq ?? 0, damaged, lastMark };
};

const startSegment = async (lane: Lane, seq: number): Promise<Active> => {
  await closeLane(lane);
  const path = join(lane.directory, `${lane.name}-${String(seq).padStart(16, '0')}.seg`);
  const handle = await open(path, 'a', 0o600);
  await syncDirectory(lane.directory);
  const active: Active = { segment: { path, bytes: 0, lastSeq: 0 }, handle };
  lane.segments.push(active.segment);
  lane.active = active;
  return active;
};

/** Writes one encoded entry. A write that fails leaves no half line behind. */
export const appendToLane = async (lane: Lane, entry: SpoolEntry, line: Buffer): Promise<void> => {
  const open = lane.active;
  const isFull =
    open === undefined || (open.segment.bytes > 0 && open.segment.bytes + line.length > segmentBytes);
  const { segment, handle } = isFull ? await startSegment(lane, entry.seq) : open;
  try {
    await handle.appendFile(line);
  } catch (error) {
    await handle.truncate(segment.bytes);
    throw error;
  }
  lane.isDirty = true;
  segment.bytes += line.length;
  segment.lastSeq = entry.seq;
  if (lane.segments[0] === segment) lane.head?.push(entry);
};

const removeFirst = async (lane: Lane): Promise<void> => {
  const [first] = lane.segments;
  if (first === undefined) return;
  if (lane.active?.segment === first) await closeLane(lane);
  await unlink(first.path);
  lane.segments = lane.segments.slice(1);
  lane.head = undefined;
};

const readHead = async (lane: Lane): Promise<SpoolEntry[]> => {
  const [first] = lane.segments;
  if (first === undefined) return [];
  lane.head ??= decodeSegment((await readFile(first.path)).subarray(0, first.bytes)).entries;
  return lane.head;
};

/** Entries after `acknowledged` at the front, at most one segment's; [] when there is none. Frees what is done. */
export const peekLane = async (lane: Lane, acknowledged: number): Promise<readonly SpoolEntry[]> => {
  for (;;) {
    const entries = await readHead(lane);
    while (entries[0] !== undefined && entries[0].seq <= acknowledged) entries.shift();
    const [first] = lane.segments;
    if (entries.length > 0 || first === undefined || lane.active?.segment === first) return entries;
    await removeFirst(lane);
  }
};

/** Drops the oldest segment and answers how many undelivered records went with it; null when there is none. */
export const dropOldest = async (lane: Lane, acknowledged: number): Promise<number | null> => {
  if (lane.segments.length === 0) return null;
  const pending = (await readHead(lane)).filter(({ seq }) => seq > acknowledged);
  await removeFirst(lane);
  return pending.reduce((sum, { count }) => sum + count, 0);
};
