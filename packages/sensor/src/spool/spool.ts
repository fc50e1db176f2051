import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { mergeable, type Batch } from './batch.ts';
import { openCursor, type Cursor, type CursorFile } from './cursor.ts';
import { encodeEntry, maxEntryBytes, type EntryKind, type SpoolEntry } from './entry.ts';
import { appendToLane, closeLane, createLane, peekLane, recoverLane, syncLane } from './lane.ts';
import { createMutex } from './mutex.ts';
import { laneKindOf, makeRoom, totalBytes, type LaneKind, type Lanes } from './room.ts';

/** A power cut may lose what was written in this time; a kill of the process loses nothing that `append` answered. */
export const syncIntervalMs = 1000;

export interface NewEntry {
  readonly kind: EntryKind;
  readonly count: number;
  readonly payload: unknown;
  readonly mark?: string;
}
export interface SpoolStatus {
  /** Records that wait. */
  readonly records: number;
  readonly bytes: number;
  /** Records lost because the spool was full: those of this run, and of earlier ones that no heartbeat told yet. */
  readonly dropped: Readonly<Record<LaneKind, number>>;
  /** Lines that the disk changed, found at the last start. */
  readonly damaged: number;
  /** Why the cursor could not be written; what was delivered meanwhile is sent again after a crash. */
  readonly problem: string | null;
}
export interface SpoolOptions {
  readonly directory: string;
  readonly maxBytes: number;
  readonly uuid: () => string;
  readonly onAppend?: () => void;
  readonly onDrop?: (kind: LaneKind, records: number) => void;
}
interface State {
  readonly options: SpoolOptions;
  readonly lanes: Lanes;
  readonly cursor: CursorFile;
  /** Drops of this run that a heartbeat told. */
  readonly told: Record<LaneKind, number>;
  nextSeq: number;
  records: number;
}

const countDropped = ({ cursor, options }: State, kind: LaneKind, lost: number): void => {
  cursor.value.dropped[kind] += lost;
  options.onDrop?.(kind, lost);
};

const append = async (state: State, entry: NewEntry): Promise<boolean> => {
  const { options, lanes, cursor } = state;
  const whole: SpoolEntry = { seq: state.nextSeq, key: options.uuid(), ...entry };
  const line = encodeEntry(whole);
  if (line.length > maxEntryBytes) {
    throw new Error(`an entry of ${line.length} bytes is above the limit of ${maxEntryBytes}`);
  }
  const kind = laneKindOf(entry.kind);
  const onDrop = (from: LaneKind, lost: number): void => {
    state.records -= lost;
    countDropped(state, from, lost);
  };
  const { acknowledged } = cursor.value;
  const room = { lanes, kind, acknowledged, onDrop, neededBytes: line.length, maxBytes: options.maxBytes };
  if (!(await makeRoom(room))) {
    countDropped(state, kind, entry.count);
    return false;
  }
  state.nextSeq += 1;
  await appendToLane(lanes[kind], whole, line);
  if (kind === 'evidence') await syncLane(lanes.evidence);
  state.records += entry.count;
  return true;
};

/** Samples that were sent together before a crash go together again, since their key stands for all of them. */
const planned = (plan: Cursor['plan'], waiting: readonly SpoolEntry[]): readonly SpoolEntry[] | null => {
  if (plan === null || waiting[0]?.seq !== plan.first) return null;
  const entries = waiting.filter(({ seq }) => seq <= plan.last);
  return entries.length === plan.size && entries.at(-1)?.seq === plan.last ? entries : null;
};

const next = async ({ lanes, cursor }: State, { merge }: { merge: boolean }): Promise<Batch | null> => {
  const { acknowledged, plan } = cursor.value;
  const samples = await peekLane(lanes.telemetry, acknowledged);
  const [find] = await peekLane(lanes.evidence, acknowledged);
  const [sample] = samples;
  if (find !== undefined && (sample === undefined || find.seq < sample.seq)) {
    return { key: find.key, entries: [find] };
  }
  if (sample === undefined) return null;
  const together = merge ? (planned(plan, samples) ?? mergeable(samples, find?.seq ?? Infinity)) : [sample];
  const size = together.length;
  cursor.value.plan = { first: sample.seq, last: together.at(-1)?.seq ?? sample.seq, size };
  await cursor.save({ sync: true });
  return { key: size === 1 ? sample.key : `${sample.key}.${size}`, entries: [...together] };
};

const acknowledge = async (state: State, batch: Batch): Promise<void> => {
  const { cursor } = state;
  const fresh = batch.entries.filter(({ seq }) => seq > cursor.value.acknowledged);
  cursor.value.acknowledged = Math.max(cursor.value.acknowledged, ...fresh.map(({ seq }) => seq));
  cursor.value.plan = null;
  state.records = Math.max(0, state.records - fresh.reduce((sum, { count }) => sum + count, 0));
  await cursor.save({ sync: false });
};

const markDroppedTold = async ({ told, cursor }: State, dropped: SpoolStatus['dropped']): Promise<void> => {
  for (const kind of ['telemetry', 'evidence'] as const) {
    const fresh = dropped[kind] - told[kind];
    told[kind] += fresh;
    cursor.value.dropped[kind] -= fresh;
  }
  await cursor.save({ sync: true });
};

/**
 * The durable queue between collecting and sending: everything goes through it, so that the live path and catching
 * up are one. Entries leave in the order in which they came. When it is full the oldest telemetry goes first, and
 * what goes is counted. `append` resolves when the entry survives a kill of this process; events and inventories
 * survive a power cut too, telemetry of the last `syncIntervalMs` may not.
 */
export const openSpool = async (options: SpoolOptions) => {
  const { directory } = options;
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const cursor = await openCursor(join(directory, 'cursor.json'));
  const { acknowledged } = cursor.value;
  const lanes: Lanes = {
    telemetry: createLane({ directory, name: 'telemetry' }),
    evidence: createLane({ directory, name: 'evidence' }),
  };
  const samples = await recoverLane(lanes.telemetry, acknowledged);
  const finds = await recoverLane(lanes.evidence, acknowledged);
  const nextSeq = Math.max(acknowledged, samples.maxSeq, finds.maxSeq) + 1;
  const told = { telemetry: 0, evidence: 0 };
  const state: State = { options, lanes, cursor, told, nextSeq, records: samples.records + finds.records };
  const exclusive = createMutex();
  const both = async (task: (lane: Lanes[LaneKind]) => Promise<void>): Promise<void> => {
    for (const lane of Object.values(lanes)) await task(lane);
  };
  const droppedOf = (kind: LaneKind): number => cursor.value.dropped[kind] + told[kind];
  return {
    /** The newest mark among entries that are still on disk, delivered ones of the last segments included. */
    lastMark: finds.lastMark,
    /** False when the entry was lost because the spool is full of evidence; rejects when the disk refuses. */
    append: async (entry: NewEntry): Promise<boolean> => {
      const isKept = await exclusive(() => append(state, entry));
      if (isKept) options.onAppend?.();
      return isKept;
    },
    /** The oldest undelivered batch, null when there is none. `merge` allows several samples in one. */
    next: (how: { merge: boolean }): Promise<Batch | null> => exclusive(() => next(state, how)),
    /** The batch is delivered, or set aside: it will not be asked for again. */
    acknowledge: (batch: Batch): Promise<void> => exclusive(() => acknowledge(state, batch)),
    sync: (): Promise<void> => exclusive(() => both(syncLane)),
    status: (): SpoolStatus => ({
      records: state.records,
      bytes: totalBytes(lanes),
      dropped: { telemetry: droppedOf('telemetry'), evidence: droppedOf('evidence') },
      damaged: samples.damaged + finds.damaged,
      problem: cursor.problem(),
    }),
    /** The server knows of `dropped`: the next run need not tell it again. */
    markDroppedTold: (dropped: SpoolStatus['dropped']): Promise<void> =>
      exclusive(() => markDroppedTold(state, dropped)),
    close: (): Promise<void> =>
      exclusive(async () => {
        await both(closeLane);
        await cursor.save({ sync: true });
      }),
  };
};
export type Spool = Awaited<ReturnType<typeof openSpool>>;
