import type { Executor } from '../database/types.ts';
import { checkpointRecord, parseCheckpoint } from './checkpoint-record.ts';
import { readCheckpoints } from './checkpoint-store.ts';
import { createLineFile, type LineFile } from './line-file.ts';

/** Checkpoints of one write: some megabytes at most, however long the file was away. */
const batchCheckpoints = 200;

export interface CheckpointFile {
  /** Appends the checkpoints that the file lacks; resolves when they are on the disk. Answers how many they were. */
  catchUp(db: Executor): Promise<number>;
  close(): Promise<void>;
}

const lastNumber = async (file: LineFile): Promise<number> => {
  const line = await file.lastLine();
  return line === undefined ? 0 : parseCheckpoint(line).number;
};

/**
 * The second place of the checkpoints: a file of JSON lines that is only appended to, and that its operator keeps
 * where the database's administrator has no hand in it. Its own last line says where it stands.
 */
export const createCheckpointFile = (path: string): CheckpointFile => {
  const file = createLineFile({ path });
  return {
    catchUp: async (db) => {
      let number = await lastNumber(file);
      let appended = 0;
      for (;;) {
        const missing = await readCheckpoints(db, number, batchCheckpoints);
        if (missing.length === 0) return appended;
        await file.append(missing.map((checkpoint) => JSON.stringify(checkpointRecord(checkpoint))));
        number = missing.at(-1)?.number ?? number;
        appended += missing.length;
      }
    },
    close: () => file.close(),
  };
};
