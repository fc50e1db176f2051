import { encodeCopyRows, type CopyValue } from '../../../platform/database/copy-format.ts';
import type { Tx } from '../../../platform/database/types.ts';
import { createTimeText } from './event-ids-store.ts';
import { outcome, type EventBatch, type EventChunk } from './event-batch.ts';

interface Accepted {
  readonly count: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly bits: Buffer;
  readonly processes: ReadonlySet<string>;
}

const acceptedOf = (batch: EventBatch, { from, to }: EventChunk): Accepted => {
  const bits = Buffer.alloc(Math.ceil((to - from) / 8));
  const processes = new Set<string>();
  let [count, firstUs, lastUs] = [0, Infinity, -Infinity];
  for (let position = from; position < to; position += 1) {
    const checked = batch.events[position];
    if (checked === undefined || batch.outcomes[position] !== outcome.accepted) continue;
    const at = position - from;
    bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
    count += 1;
    if (checked.occurredAtUs < firstUs) firstUs = checked.occurredAtUs;
    if (checked.occurredAtUs > lastUs) lastUs = checked.occurredAtUs;
    processes.add(batch.processIds[position] ?? '');
  }
  return { count, firstUs, lastUs, bits, processes };
};

const chunkColumns = ['received_at', 'id', 'agent_id', 'events', 'first_at', 'last_at', 'accepted', 'body'];

/** Stores what counts of the batches: a row a chunk, and which processes it speaks of. */
export const insertChunks = async (
  tx: Tx,
  batches: readonly EventBatch[],
  newId: () => string,
): Promise<void> => {
  const timeText = createTimeText();
  const chunks: CopyValue[][] = [];
  const places: CopyValue[][] = [];
  for (const batch of batches) {
    const receivedAt = new Date(batch.receivedAtMs).toISOString();
    for (const chunk of batch.chunks) {
      const { count, firstUs, lastUs, bits, processes } = acceptedOf(batch, chunk);
      if (count === 0) continue;
      const id = newId();
      const accepted = count === chunk.to - chunk.from ? null : bits;
      const times = [timeText(firstUs), timeText(lastUs)];
      chunks.push([receivedAt, id, batch.agent.id, count, ...times, accepted, chunk.body]);
      for (const process of processes) places.push([receivedAt, id, process]);
    }
  }
  if (chunks.length === 0) return;
  await tx.copyIn('syscall_chunks', chunkColumns, encodeCopyRows(chunks));
  await tx.copyIn('process_chunks', ['received_at', 'chunk_id', 'process_id'], encodeCopyRows(places));
};
