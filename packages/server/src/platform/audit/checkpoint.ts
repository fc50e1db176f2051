import { hash } from 'node:crypto';
import type { ChainHead } from './entry.ts';
import type { AuditSigner } from './signing-key.ts';

/** What a checkpoint says of a chain: where it ended, or up to where it leaves by retention. */
export interface CheckpointHead extends ChainHead {
  readonly kind: 'head' | 'anchor';
}

/**
 * A signed statement of the trail. It names the chains that went on since the checkpoint before, so that it stays
 * small; all checkpoints together name every chain. They are a chain themselves.
 */
export interface Checkpoint {
  /** 1 for the first, then without gaps. */
  readonly number: number;
  /** Whole milliseconds since the Unix epoch. */
  readonly occurredAtMs: number;
  /** Entries that the checkpoints up to this one cover. */
  readonly entries: number;
  /** 32 bytes of zero for the first. */
  readonly previousHash: Buffer;
  readonly heads: readonly CheckpointHead[];
  /** SHA-256 of the signed text. */
  readonly hash: Buffer;
  readonly keyId: string;
  readonly signature: Buffer;
}

export type CheckpointFacts = Omit<Checkpoint, 'hash' | 'keyId' | 'signature'>;

const encodingVersion = 'gpushield-audit-checkpoint-1';

const part = (text: string): string => `${String(Buffer.byteLength(text))}:${text},`;

const inOrder = (heads: readonly CheckpointHead[]): readonly CheckpointHead[] =>
  heads.toSorted((a, b) => (`${a.kind}${a.writerId}` < `${b.kind}${b.writerId}` ? -1 : 1));

/**
 * What is signed (version 1), as netstrings: `gpushield-audit-checkpoint-1`, number, time (RFC 3339, UTC,
 * milliseconds), entries, previous hash (hex), number of heads; then for each head, by kind and writer: kind, writer
 * id, sequence, hash (hex).
 */
export const checkpointText = (facts: CheckpointFacts): string =>
  [
    encodingVersion,
    String(facts.number),
    new Date(facts.occurredAtMs).toISOString(),
    String(facts.entries),
    facts.previousHash.toString('hex'),
    String(facts.heads.length),
    ...inOrder(facts.heads).flatMap(({ kind, writerId, sequence, hash: head }) => [
      kind,
      writerId,
      String(sequence),
      head.toString('hex'),
    ]),
  ]
    .map(part)
    .join('');

export const checkpointHash = (facts: CheckpointFacts): Buffer =>
  Buffer.from(hash('sha256', checkpointText(facts), 'hex'), 'hex');

/** Signs what a checkpoint says. */
export const signCheckpoint = (facts: CheckpointFacts, signer: AuditSigner): Checkpoint => ({
  ...facts,
  heads: inOrder(facts.heads),
  hash: checkpointHash(facts),
  keyId: signer.keyId,
  signature: signer.sign(checkpointText(facts)),
});
