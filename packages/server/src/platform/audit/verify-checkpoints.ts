import type { KeyObject } from 'node:crypto';
import type { Executor } from '../database/types.ts';
import { checkpointHash, checkpointText, type Checkpoint } from './checkpoint.ts';
import { readCheckpoints } from './checkpoint-store.ts';
import { isSignedBy } from './signing-key.ts';

/** What is wrong with a checkpoint, or between two. */
export interface CheckpointProblem {
  readonly number: number;
  /** `database`, or `file`. */
  readonly source: 'database' | 'file';
  readonly detail: string;
}

/** What checkpoints whose signatures are right say of one chain. */
export interface ChainEvidence {
  /** Hashes (hex) by sequence. */
  readonly heads: Map<number, string>;
  /** Hashes (hex) of the entries up to which everything before may have left by retention, by sequence. */
  readonly anchors: Map<number, string>;
}

export interface CheckpointEvidence {
  readonly chains: ReadonlyMap<string, ChainEvidence>;
  readonly problems: readonly CheckpointProblem[];
  /** Checkpoints that were read, each source by itself. */
  readonly count: number;
}

// About 200 MB of evidence: two years of one server at a checkpoint a minute.
const maxHeads = 1_000_000;
const maxProblems = 100;
const pageCheckpoints = 500;

export interface CheckpointCollector {
  add(source: 'database' | 'file', checkpoint: Checkpoint): void;
  finish(): CheckpointEvidence;
}

interface SourceState {
  last: number;
  hash: Buffer;
}

/** Whether the checkpoint is what the key's holder signed; what is wrong otherwise. */
const signatureProblem = (
  checkpoint: Checkpoint,
  keys: ReadonlyMap<string, KeyObject>,
): string | undefined => {
  const key = keys.get(checkpoint.keyId);
  if (key === undefined) return `It was signed with the key ${checkpoint.keyId}, which is not known here.`;
  if (!isSignedBy(key, checkpointText(checkpoint), checkpoint.signature)) {
    return 'Its signature does not fit what it says.';
  }
  return checkpointHash(checkpoint).equals(checkpoint.hash)
    ? undefined
    : 'Its hash is not that of what it says.';
};

const linkProblem = (state: SourceState, { number, previousHash }: Checkpoint): string | undefined => {
  if (number <= state.last) return `It stands behind checkpoint ${String(state.last)}.`;
  if (number > state.last + 1) {
    return `Checkpoints ${String(state.last + 1)} to ${String(number - 1)} are missing.`;
  }
  return previousHash.equals(state.hash) ? undefined : 'It does not follow the checkpoint before it.';
};

type Fail = (source: 'database' | 'file', number: number, detail: string) => void;

/** Keeps what signed checkpoints say of each chain. */
const createNotes = (fail: Fail) => {
  const chains = new Map<string, ChainEvidence>();
  let heads = 0;
  const chainOf = (writerId: string): ChainEvidence => {
    const chain = chains.get(writerId) ?? {
      heads: new Map<number, string>(),
      anchors: new Map<number, string>(),
    };
    chains.set(writerId, chain);
    return chain;
  };
  return {
    chains,
    note: (source: 'database' | 'file', checkpoint: Checkpoint): void => {
      heads += checkpoint.heads.length;
      if (heads > maxHeads)
        throw new Error(`There are more than ${String(maxHeads)} heads in the checkpoints`);
      for (const { kind, writerId, sequence, hash } of checkpoint.heads) {
        const chain = chainOf(writerId);
        const text = hash.toString('hex');
        if ((chain.heads.get(sequence) ?? text) !== text) {
          const detail = `An earlier one has another hash of entry ${String(sequence)} of ${writerId}.`;
          fail(source, checkpoint.number, detail);
        }
        chain.heads.set(sequence, text);
        if (kind === 'anchor') chain.anchors.set(sequence, text);
      }
    },
  };
};

/**
 * Gathers what checkpoints from the database and from a file say, oldest first from each. Only signed ones count;
 * those that are unsigned, missing, doubled or contradict each other are problems.
 */
export const createCheckpointCollector = (keys: ReadonlyMap<string, KeyObject>): CheckpointCollector => {
  const problems: CheckpointProblem[] = [];
  const hashes = new Map<number, { readonly hash: string; readonly source: string }>();
  const sources: Record<'database' | 'file', SourceState> = {
    database: { last: 0, hash: Buffer.alloc(32) },
    file: { last: 0, hash: Buffer.alloc(32) },
  };
  let count = 0;

  const fail = (source: 'database' | 'file', number: number, detail: string): void => {
    if (problems.length < maxProblems) problems.push({ source, number, detail });
  };

  const { chains, note } = createNotes(fail);

  return {
    add: (source, checkpoint) => {
      count += 1;
      const { number } = checkpoint;
      const state = sources[source];
      const link = linkProblem(state, checkpoint);
      if (link !== undefined) fail(source, number, link);
      state.last = Math.max(state.last, number);
      state.hash = checkpoint.hash;
      const unsigned = signatureProblem(checkpoint, keys);
      if (unsigned !== undefined) {
        fail(source, number, unsigned);
        return;
      }
      const hash = checkpoint.hash.toString('hex');
      const other = hashes.get(number);
      if (other === undefined) {
        hashes.set(number, { hash, source });
        note(source, checkpoint);
      } else if (other.hash !== hash) {
        fail(source, number, 'The file and the database have different checkpoints of this number.');
        note(source, checkpoint);
      }
    },
    finish: () => {
      const { database, file } = sources;
      if (file.last > database.last) {
        fail(
          'database',
          database.last + 1,
          `The file has checkpoints up to ${String(file.last)}, the database up to ${String(database.last)}.`,
        );
      }
      return { chains, problems, count };
    },
  };
};

/** Adds all checkpoints of the database. */
export const collectStored = async (db: Executor, collector: CheckpointCollector): Promise<void> => {
  let after = 0;
  for (;;) {
    const page = await readCheckpoints(db, after, pageCheckpoints);
    for (const checkpoint of page) collector.add('database', checkpoint);
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.number;
  }
};
