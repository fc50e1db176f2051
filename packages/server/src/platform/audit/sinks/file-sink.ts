import { checkpointRecord } from '../checkpoint-record.ts';
import { entryRecord } from '../entry-record.ts';
import { createLineFile } from '../line-file.ts';
import type { AuditSink } from './types.ts';

// A file that editors and shippers still handle; with the kept files, 1.4 GB at most.
const rotateAtBytes = 128 * 1024 * 1024;
const keepFiles = 10;

/** Appends entries to a file as JSON lines: `{"type": "entry", …}` and `{"type": "checkpoint", …}`, on the disk each. */
export const createFileSink = (options: {
  readonly path: string;
  readonly rotateAtBytes?: number;
  readonly keepFiles?: number;
}): AuditSink => {
  const file = createLineFile({ rotateAtBytes, keepFiles, ...options });
  return {
    name: 'file',
    deliver: (entries) =>
      file.append(entries.map((entry) => JSON.stringify({ type: 'entry', ...entryRecord(entry) }))),
    deliverCheckpoints: (checkpoints) =>
      file.append(
        checkpoints.map((checkpoint) =>
          JSON.stringify({ type: 'checkpoint', ...checkpointRecord(checkpoint) }),
        ),
      ),
    close: () => file.close(),
  };
};
