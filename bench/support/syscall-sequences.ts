import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';

/** All syscalls of one process, as numbers in `names`, in order. */
export interface SequenceRun {
  /** The workload, or the kind of attack. */
  readonly family: string;
  readonly isAttack: boolean;
  readonly round: number;
  readonly name: string;
  readonly calls: readonly number[];
}
export interface SequenceCorpus {
  readonly recorded: string;
  readonly kernel: string;
  readonly names: readonly string[];
  readonly runs: readonly SequenceRun[];
}

const file = join(import.meta.dirname, '../corpus/sequences.json.gz');

export const readSequences = (): SequenceCorpus =>
  JSON.parse(gunzipSync(readFileSync(file)).toString('utf8')) as SequenceCorpus;
export const writeSequences = (corpus: SequenceCorpus): void =>
  writeFileSync(file, gzipSync(JSON.stringify(corpus), { level: 9 }));
