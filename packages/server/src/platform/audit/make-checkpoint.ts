import type { Database, Tx } from '../database/types.ts';
import { signCheckpoint, type Checkpoint, type CheckpointHead } from './checkpoint.ts';
import { insertCheckpoint, readLastCheckpoint } from './checkpoint-store.ts';
import type { ChainHead } from './entry.ts';
import { readPendingChains, savePositions, type PendingChain } from './positions-store.ts';
import type { AuditSigner } from './signing-key.ts';

/** The maker of checkpoints, as a reader of the trail. */
export const checkpointReader = 'checkpoint';

/** Names the advisory lock under which replicas take turns. Any fixed number: all replicas must use the same. */
const lockKey = 0x6175_6463;

/** Chains in one checkpoint; more go into the next one. */
export const maxHeads = 1_000;

/** The own chain ends, in the database, before the entry that this process knows to be stored. */
export interface CutChain {
  readonly known: ChainHead;
  readonly stored: number;
}

export interface MadeCheckpoint {
  readonly checkpoint: Checkpoint | undefined;
  readonly cut: CutChain | undefined;
}

/**
 * What the checkpoint says of each chain. Of its own chain a process signs what it wrote, not what the database
 * says: entries that were changed or cut off meanwhile do not get its signature.
 */
export const headsToSign = (
  pending: readonly PendingChain[],
  own: ChainHead,
  ownPosition: number,
): { readonly heads: readonly PendingChain[]; readonly cut: CutChain | undefined } => {
  const stored = pending.find(({ writerId }) => writerId === own.writerId)?.sequence ?? ownPosition;
  const others = pending.filter(({ writerId }) => writerId !== own.writerId);
  const cut = stored < own.sequence ? { known: own, stored } : undefined;
  return own.sequence > ownPosition
    ? { heads: [...others, { ...own, position: ownPosition }], cut }
    : { heads: others, cut };
};

const readOwnPosition = async (tx: Tx, writerId: string): Promise<number> => {
  const { rows } = await tx.query<{ sequence: number }>(
    'SELECT sequence FROM audit_sink_positions WHERE sink = $1 AND writer_id = $2',
    [checkpointReader, writerId],
  );
  return rows[0]?.sequence ?? 0;
};

/** Signs and stores a checkpoint of these heads behind the last one, in a transaction that holds the lock. */
export const appendCheckpoint = async (
  tx: Tx,
  input: {
    readonly heads: readonly CheckpointHead[];
    readonly newEntries: number;
    readonly nowMs: number;
    readonly signer: AuditSigner;
  },
): Promise<Checkpoint> => {
  const last = await readLastCheckpoint(tx);
  const checkpoint = signCheckpoint(
    {
      number: (last?.number ?? 0) + 1,
      occurredAtMs: input.nowMs,
      entries: (last?.entries ?? 0) + input.newEntries,
      previousHash: last?.hash ?? Buffer.alloc(32),
      heads: input.heads,
    },
    input.signer,
  );
  await insertCheckpoint(tx, checkpoint);
  return checkpoint;
};

export const lockCheckpoints = async (tx: Tx): Promise<void> => {
  await tx.query('SELECT pg_advisory_xact_lock($1)', [lockKey]);
};

/** Makes a checkpoint of all chains that went on since the last one; none when none did. */
export const makeCheckpoint = (deps: {
  readonly db: Pick<Database, 'transaction'>;
  readonly head: () => ChainHead;
  readonly signer: AuditSigner;
  readonly nowMs: number;
}): Promise<MadeCheckpoint> => {
  const own = deps.head();
  return deps.db.transaction(async (tx) => {
    await lockCheckpoints(tx);
    const pending = await readPendingChains(tx, checkpointReader, maxHeads);
    const { heads, cut } = headsToSign(pending, own, await readOwnPosition(tx, own.writerId));
    if (heads.length === 0) return { checkpoint: undefined, cut };
    const checkpoint = await appendCheckpoint(tx, {
      heads: heads.map(({ writerId, sequence, hash }) => ({ kind: 'head', writerId, sequence, hash })),
      newEntries: heads.reduce((sum, { sequence, position }) => sum + sequence - position, 0),
      nowMs: deps.nowMs,
      signer: deps.signer,
    });
    await savePositions(tx, checkpointReader, heads, deps.nowMs);
    return { checkpoint, cut };
  });
};
