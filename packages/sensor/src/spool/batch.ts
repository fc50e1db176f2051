import type { SpoolEntry } from './entry.ts';

/** Entries that go to the server in one request, under one idempotency key. */
export interface Batch {
  readonly key: string;
  readonly entries: readonly SpoolEntry[];
}

/** Far below the server's 10,000, so that a request stays below 1 MiB and a refusal costs little. */
export const maxRecordsTogether = 2000;

/** The first samples that come before entry `before` and fit one request; always at least the first. */
export const mergeable = (samples: readonly SpoolEntry[], before: number): readonly SpoolEntry[] => {
  const together: SpoolEntry[] = [];
  let records = 0;
  for (const sample of samples) {
    records += sample.count;
    if (together.length > 0 && (records > maxRecordsTogether || sample.seq >= before)) break;
    together.push(sample);
  }
  return together;
};
