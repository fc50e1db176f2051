import type { KeyObject } from 'node:crypto';
import type { Clock } from '../clock.ts';
import type { DatabaseLog } from '../database/log.ts';
import type { Database, Executor } from '../database/types.ts';
import type { PeriodicTask } from '../leases/types.ts';
import { checkpointText } from './checkpoint.ts';
import { readCheckpoints } from './checkpoint-store.ts';
import { appendCheckpoint, lockCheckpoints } from './make-checkpoint.ts';
import { isSignedBy, type AuditSigner } from './signing-key.ts';
import type { Audit } from './types.ts';

export interface RetentionOptions {
  readonly db: Pick<Database, 'transaction' | 'query' | 'prepared'>;
  readonly audit: Audit;
  readonly signer: AuditSigner;
  /** Whose checkpoints are believed, by key id; the signer's own at least. */
  readonly keys: ReadonlyMap<string, KeyObject>;
  /** At least 1: younger entries never leave. */
  readonly retentionDays: number;
  /** Sinks that must have had an entry before it leaves. */
  readonly sinks: readonly string[];
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly newId: () => string;
  readonly log: Pick<DatabaseLog, 'info' | 'error'>;
}

/** A chain's oldest entries that may leave: all up to an entry that a signed checkpoint names. */
interface Leaving {
  readonly writer_id: string;
  readonly sequence: number;
  readonly hash: Buffer;
  readonly number: number;
}

const dayMs = 86_400_000;
const intervalMs = 3_600_000;
// One DELETE's share, as far as checkpoints stand that close.
const maxDeletedEntries = 50_000;
// Chains that one anchoring checkpoint names, and such checkpoints of one run.
const maxChains = 500;
const maxRounds = 100;
const pruneTimeoutMs = 300_000;

/**
 * For each chain, the furthest checkpointed entry within the share of one DELETE, or else the nearest; only if all up
 * to it are older than the cutoff and every sink has had them.
 */
const leavingSql = `
  WITH RECURSIVE chain (writer_id) AS (
    (SELECT writer_id FROM audit_entries ORDER BY writer_id LIMIT 1)
    UNION ALL
    SELECT (SELECT writer_id FROM audit_entries WHERE writer_id > chain.writer_id ORDER BY writer_id LIMIT 1)
    FROM chain WHERE chain.writer_id IS NOT NULL
  )
  SELECT chain.writer_id, head.sequence, head.hash, head.number
  FROM chain
  CROSS JOIN LATERAL (SELECT sequence AS first FROM audit_entries entry WHERE entry.writer_id = chain.writer_id
                      ORDER BY sequence LIMIT 1) oldest
  CROSS JOIN LATERAL (
    SELECT checkpointed.sequence, checkpointed.hash, checkpointed.number
    FROM audit_checkpoint_heads checkpointed
    JOIN audit_entries entry ON entry.writer_id = checkpointed.writer_id AND entry.sequence = checkpointed.sequence
                            AND entry.hash = checkpointed.hash
    WHERE checkpointed.writer_id = chain.writer_id AND checkpointed.kind = 'head' AND entry.occurred_at < $1
      AND NOT EXISTS (
        SELECT FROM unnest($2::text[]) AS wanted (sink)
        WHERE NOT EXISTS (SELECT FROM audit_sink_positions had WHERE had.sink = wanted.sink
                          AND had.writer_id = chain.writer_id AND had.sequence >= checkpointed.sequence))
    ORDER BY checkpointed.sequence < oldest.first + $3::bigint DESC,
             CASE WHEN checkpointed.sequence < oldest.first + $3::bigint THEN -checkpointed.sequence
                  ELSE checkpointed.sequence END
    LIMIT 1) head
  WHERE NOT EXISTS (SELECT FROM audit_entries young WHERE young.writer_id = chain.writer_id
                    AND young.sequence <= head.sequence AND young.occurred_at >= $1)
  ORDER BY chain.writer_id LIMIT $4`;

const readLeaving = async (
  db: Executor,
  cutoffMs: number,
  sinks: readonly string[],
): Promise<readonly Leaving[]> => {
  const { rows } = await db.query<Leaving>(leavingSql, [
    new Date(cutoffMs),
    sinks,
    maxDeletedEntries,
    maxChains,
  ]);
  return rows;
};

/** Only what a key that we trust has signed: a forged checkpoint must not carry entries away. */
const onlySigned = async (
  db: Executor,
  leaving: readonly Leaving[],
  keys: ReadonlyMap<string, KeyObject>,
): Promise<readonly Leaving[]> => {
  const signed = new Set<number>();
  for (const number of new Set(leaving.map((each) => each.number))) {
    const [checkpoint] = await readCheckpoints(db, number - 1, 1);
    const key = checkpoint === undefined ? undefined : keys.get(checkpoint.keyId);
    if (checkpoint === undefined || key === undefined) continue;
    if (isSignedBy(key, checkpointText(checkpoint), checkpoint.signature)) signed.add(number);
  }
  return leaving.filter(({ number }) => signed.has(number));
};

const recordLeaving = (options: RetentionOptions, { writer_id, sequence }: Leaving): Promise<void> =>
  options.audit.record({
    correlationId: options.newId(),
    principalId: 'system',
    principalKind: 'system',
    principalName: 'retention',
    action: 'audit.prune',
    resource: `audit:${writer_id}`,
    granted: true,
    reason: 'ok',
    ipAddress: null,
    userAgent: null,
    details: { up_to_sequence: sequence, retention_days: options.retentionDays },
  });

const pruneOnce = async (options: RetentionOptions): Promise<number> => {
  const { db, clock, signer, keys, sinks } = options;
  const nowMs = clock.nowMs();
  const found = await readLeaving(db, nowMs - options.retentionDays * dayMs, sinks);
  const leaving = await onlySigned(db, found, keys);
  if (leaving.length === 0) return 0;
  // The signed statement first: without it, what is left would look as if someone had cut it.
  await db.transaction(async (tx) => {
    await lockCheckpoints(tx);
    const heads = leaving.map(({ writer_id, sequence, hash }) => ({
      kind: 'anchor' as const,
      writerId: writer_id,
      sequence,
      hash,
    }));
    await appendCheckpoint(tx, { heads, newEntries: 0, nowMs, signer });
  });
  let gone = 0;
  for (const each of leaving) {
    await recordLeaving(options, each);
    gone += await db.transaction(
      async (tx) => {
        const { rows } = await tx.query<{ gone: number }>('SELECT audit_prune($1, $2) AS gone', [
          each.writer_id,
          each.sequence,
        ]);
        return rows[0]?.gone ?? 0;
      },
      { statementTimeoutMs: pruneTimeoutMs },
    );
  }
  return gone;
};

/** Lets entries leave that are older than the retention; answers how many left. */
export const pruneTrail = async (options: RetentionOptions, signal?: AbortSignal): Promise<number> => {
  let total = 0;
  for (let round = 0; round < maxRounds && signal?.aborted !== true; round += 1) {
    const gone = await pruneOnce(options);
    total += gone;
    if (gone === 0) break;
  }
  if (total > 0) options.log.info({ entries: total }, 'audit entries left the trail by their age');
  return total;
};

/** Retention as work that runs once in a cluster, every hour. */
export const createRetentionTask = (options: RetentionOptions): PeriodicTask => ({
  name: 'audit-retention',
  intervalMs,
  run: async (signal) => {
    await pruneTrail(options, signal);
  },
});
