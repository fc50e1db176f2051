import type { Checkpoint, CheckpointHead } from './checkpoint.ts';

/** A checkpoint as files, sinks and the API show it: hashes in lower-case hex, the signature in base64. */
export interface CheckpointRecord {
  readonly number: number;
  readonly occurred_at: string;
  readonly entries: number;
  readonly previous_hash: string;
  readonly heads: readonly {
    readonly kind: 'head' | 'anchor';
    readonly writer_id: string;
    readonly sequence: number;
    readonly hash: string;
  }[];
  readonly hash: string;
  readonly key_id: string;
  readonly signature: string;
}

export const checkpointRecord = (checkpoint: Checkpoint): CheckpointRecord => ({
  number: checkpoint.number,
  occurred_at: new Date(checkpoint.occurredAtMs).toISOString(),
  entries: checkpoint.entries,
  previous_hash: checkpoint.previousHash.toString('hex'),
  heads: checkpoint.heads.map(({ kind, writerId, sequence, hash }) => ({
    kind,
    writer_id: writerId,
    sequence,
    hash: hash.toString('hex'),
  })),
  hash: checkpoint.hash.toString('hex'),
  key_id: checkpoint.keyId,
  signature: checkpoint.signature.toString('base64'),
});

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const textIn = (value: unknown, name: string, pattern: RegExp): string => {
  const text = field(value, name);
  if (typeof text !== 'string' || !pattern.test(text))
    throw new Error(`"${name}" is not what a checkpoint has`);
  return text;
};

const countIn = (value: unknown, name: string): number => {
  const count = field(value, name);
  if (typeof count !== 'number' || !Number.isSafeInteger(count) || count < 0) {
    throw new Error(`"${name}" is not what a checkpoint has`);
  }
  return count;
};

const hashText = /^[0-9a-f]{64}$/;
const hashIn = (value: unknown, name: string): Buffer => Buffer.from(textIn(value, name, hashText), 'hex');

const headOf = (value: unknown): CheckpointHead => ({
  kind: textIn(value, 'kind', /^(head|anchor)$/) === 'head' ? 'head' : 'anchor',
  writerId: textIn(value, 'writer_id', /^[0-9a-f-]{36}$/),
  sequence: countIn(value, 'sequence'),
  hash: hashIn(value, 'hash'),
});

/** Reads a line of a checkpoint file. Throws with what is wrong with it; says nothing about the signature. */
export const parseCheckpoint = (line: string): Checkpoint => {
  const value: unknown = JSON.parse(line);
  const heads = field(value, 'heads');
  const occurredAtMs = Date.parse(textIn(value, 'occurred_at', /^.{20,40}$/));
  if (!Array.isArray(heads) || Number.isNaN(occurredAtMs)) throw new Error('it is not a checkpoint');
  return {
    number: countIn(value, 'number'),
    occurredAtMs,
    entries: countIn(value, 'entries'),
    previousHash: hashIn(value, 'previous_hash'),
    heads: heads.map(headOf),
    hash: hashIn(value, 'hash'),
    keyId: textIn(value, 'key_id', /^[0-9a-f]{32}$/),
    signature: Buffer.from(textIn(value, 'signature', /^[A-Za-z0-9+/=]{1,128}$/), 'base64'),
  };
};
