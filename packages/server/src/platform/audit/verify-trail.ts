import type { KeyObject } from 'node:crypto';
import type { Database, Executor } from '../database/types.ts';
import { rawColumns } from './canonical-row.ts';
import { classifyBreak, isNext, type ChainBreak } from './chain-break.ts';
import { createChainScan, type ChainScan, type ScanStop } from './chain-scan.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { ChainHead } from './entry.ts';
import { readEntriesAfter, type ChainPosition } from './store.ts';
import {
  collectStored,
  createCheckpointCollector,
  type ChainEvidence,
  type CheckpointProblem,
} from './verify-checkpoints.ts';

/** What a walk over the whole trail found. */
export interface TrailReport {
  readonly entries: number;
  readonly chains: number;
  /** The first break of each broken chain, at most `maxBreaks`. */
  readonly breaks: readonly ChainBreak[];
  readonly brokenChains: number;
  /** The end of each intact chain, newest writers last, at most `maxHeads`. */
  readonly heads: readonly ChainHead[];
  /** Checkpoints that were looked at, and what is wrong with them. */
  readonly checkpoints: number;
  readonly checkpointProblems: readonly CheckpointProblem[];
}

type TrailDatabase = Pick<Database, 'transaction' | 'query' | 'prepared'>;

// One statement's share: a second or so, short enough for any statement timeout and for vacuum to go on.
const chunkEntries = 200_000;
const chunkTimeoutMs = 300_000;
// What is looked at around a break.
const neighbourEntries = 1_000;
const maxBreaks = 100;
const maxHeads = 1_000;
/** Behind every entry of a chain: sequences are as large as a number holds exactly. */
const behindAll = Number.MAX_SAFE_INTEGER;
const beforeAll: ChainPosition = { writerId: '00000000-0000-0000-0000-000000000000', sequence: 0 };

const chunkSql = `SELECT ${rawColumns.join(', ')} FROM audit_entries
  WHERE (writer_id, sequence) > ($1::uuid, $2::bigint) ORDER BY writer_id, sequence LIMIT $3`;

const readChunk = (db: TrailDatabase, after: ChainPosition, scan: ChainScan): Promise<number> =>
  db.transaction(
    async (tx) => {
      // In the order of the index, from its place on: sorting everything that is left would take hours.
      await tx.query('SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL jit = off');
      return tx.copyOut(chunkSql, [after.writerId, after.sequence, chunkEntries], scan.onRow);
    },
    { statementTimeoutMs: chunkTimeoutMs },
  );

/** Looks at a break again, slowly, with what stands around it, and says what happened. */
const explain = async (db: Executor, stop: ScanStop): Promise<ChainBreak> => {
  if (stop.found !== undefined) return stop.found;
  const { head } = stop;
  const before = { writerId: head.writerId, sequence: Math.max(0, head.sequence - 1) };
  const around = (await readEntriesAfter(db, before, neighbourEntries)).filter(
    ({ writerId }) => writerId === head.writerId,
  );
  const last = around.find(({ sequence, hash }) => sequence === head.sequence && hash.equals(head.hash));
  const [entry, ...rest] = around.filter((each) => each !== last);
  if (entry === undefined || isNext(head, entry)) {
    return {
      kind: 'changed',
      writerId: head.writerId,
      sequence: head.sequence + 1,
      entryId: entry?.id ?? null,
      detail: 'It was changed while it was looked at, or its time has parts of a millisecond.',
    };
  }
  return classifyBreak(head, last, entry, rest);
};

/** Whether the entry that another chain's first entry names is there, with the hash that it names. */
const checkLink = async (
  db: Executor,
  link: ChainHead,
  evidence: ChainEvidence | undefined,
): Promise<ChainBreak | undefined> => {
  const [entry] = await readEntriesAfter(db, { writerId: link.writerId, sequence: link.sequence - 1 }, 1);
  const isThere = entry?.writerId === link.writerId && entry.sequence === link.sequence;
  if (isThere && entry.hash.equals(link.hash)) return undefined;
  const hasLeft = [...(evidence?.anchors.keys() ?? [])].some((anchor) => anchor >= link.sequence);
  if (!isThere && hasLeft) return undefined;
  return {
    kind: isThere ? 'changed' : 'removed',
    writerId: link.writerId,
    sequence: link.sequence,
    entryId: isThere ? entry.id : null,
    detail: 'A later chain continues from this entry as it was.',
  };
};

const countBehind = async (db: Executor, { writerId, sequence }: ChainPosition): Promise<number> => {
  const { rows } = await db.query<{ count: number }>(
    'SELECT count(*) AS count FROM audit_entries WHERE writer_id = $1 AND sequence > $2',
    [writerId, sequence],
  );
  return rows[0]?.count ?? 0;
};

export interface VerifyTrailOptions {
  readonly db: TrailDatabase;
  /** Heads that were noted elsewhere. */
  readonly keptHeads?: readonly ChainHead[];
  /** Who may have signed checkpoints, by key id; without keys, checkpoints are not looked at. */
  readonly keys?: ReadonlyMap<string, KeyObject>;
  /** Checkpoints from a second place, oldest first. */
  readonly checkpoints?: Iterable<Checkpoint> | AsyncIterable<Checkpoint>;
  readonly signal?: AbortSignal;
  /** Called after each chunk with the entries read so far. */
  readonly onProgress?: (entries: number) => void;
}

const gatherEvidence = async ({ db, keys, checkpoints, keptHeads }: VerifyTrailOptions) => {
  const collector = createCheckpointCollector(keys ?? new Map());
  if (keys !== undefined) {
    for await (const checkpoint of checkpoints ?? []) collector.add('file', checkpoint);
    await collectStored(db, collector);
  }
  const evidence = collector.finish();
  const chains = new Map(evidence.chains);
  for (const { writerId, sequence, hash } of keptHeads ?? []) {
    const chain = chains.get(writerId) ?? {
      heads: new Map<number, string>(),
      anchors: new Map<number, string>(),
    };
    chain.heads.set(sequence, hash.toString('hex'));
    chains.set(writerId, chain);
  }
  return { ...evidence, chains };
};

/**
 * Verifies every chain of the trail with bounded memory, while the server may go on writing, and names the first
 * entry of each chain that was changed, removed, inserted or reordered. A chain that was cut off, or rewritten as a
 * whole, shows against signed checkpoints, best those of a second place.
 */
export const verifyTrail = async (options: VerifyTrailOptions): Promise<TrailReport> => {
  const { db, signal, onProgress } = options;
  // Before the entries: what a checkpoint names is there when the entries are read.
  const evidence = await gatherEvidence(options);
  const breaks: ChainBreak[] = [];
  const heads: ChainHead[] = [];
  let brokenChains = 0;
  const broken = (found: ChainBreak): void => {
    brokenChains += 1;
    if (breaks.length < maxBreaks) breaks.push(found);
  };
  const scan = createChainScan({
    evidence: evidence.chains,
    onBreak: broken,
    onHead: (head) => {
      heads.push(head);
      if (heads.length > maxHeads) heads.shift();
    },
  });
  let uncounted = 0;
  let position = beforeAll;
  for (;;) {
    signal?.throwIfAborted();
    const rows = await readChunk(db, position, scan);
    for (const link of scan.takeLinks()) {
      const loose = await checkLink(db, link, evidence.chains.get(link.writerId));
      if (loose !== undefined) broken(loose);
    }
    const stop = scan.takeStop();
    position = scan.position() ?? position;
    if (stop !== undefined) {
      broken(await explain(db, stop));
      uncounted += await countBehind(db, stop.head);
      position = { writerId: stop.head.writerId, sequence: behindAll };
    }
    onProgress?.(scan.entries() + uncounted);
    if (stop === undefined && rows < chunkEntries) break;
  }
  scan.finish();
  return {
    entries: scan.entries() + uncounted,
    chains: scan.chains(),
    breaks,
    brokenChains,
    heads,
    checkpoints: evidence.count,
    checkpointProblems: evidence.problems,
  };
};
