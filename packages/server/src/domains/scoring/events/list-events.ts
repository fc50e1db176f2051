import type { SyscallEvent } from '@gpushield/contracts';
import type { Static } from 'typebox';
import type { Executor } from '../../../platform/database/types.ts';
import type { CursorPosition } from '../../../platform/http/cursor.ts';
import type { ReadUpTo } from '../../../platform/http/page.ts';
import type { CheckedEvent } from './check-event.ts';
import { processIdOf } from './facts.ts';
import { idOfDigest, identityOf } from './identity.ts';
import {
  readChunks,
  unpackChunk,
  type ChunkFilter,
  type ChunkPosition,
  type ChunkRecord,
} from './read-chunks.ts';

export interface EventFilter extends ChunkFilter {
  readonly syscall?: string | undefined;
}

export interface ListedEvent {
  readonly chunk: ChunkPosition;
  readonly position: number;
  readonly event: Static<typeof SyscallEvent>;
}

const chunksAtOnce = 8;
/** Chunks that one page may unpack: a filter that finds nothing ends here, and the page says where it came to. */
const maxChunks = 400;

const own = new Set(['id', 'pid', 'syscall', 'timestamp', 'metadata']);

const present = (chunk: ChunkRecord, checked: CheckedEvent): Static<typeof SyscallEvent> => {
  const { event, syscall, occurredAtUs, startedAtMs } = checked;
  return {
    id: idOfDigest(identityOf(chunk.agentId, checked)),
    agent_id: chunk.agentId,
    process_id: processIdOf(chunk.agentId, event.pid, startedAtMs),
    pid: event.pid,
    timestamp: new Date(Math.floor(occurredAtUs / 1000)).toISOString(),
    received_at: chunk.receivedAt.toISOString(),
    syscall,
    fields: Object.fromEntries(Object.entries(event).filter(([name]) => !own.has(name))),
    metadata: { ...event.metadata },
  };
};

const matches = (filter: EventFilter, chunk: ChunkRecord, checked: CheckedEvent): boolean => {
  const { processId, since, until, syscall } = filter;
  const { occurredAtUs } = checked;
  if (syscall !== undefined && checked.syscall !== syscall) return false;
  if (since !== undefined && occurredAtUs < since.getTime() * 1000) return false;
  if (until !== undefined && occurredAtUs >= until.getTime() * 1000) return false;
  return (
    processId === undefined ||
    processIdOf(chunk.agentId, checked.event.pid, checked.startedAtMs) === processId
  );
};

/** A place in the list: a chunk and a position in it, as a cursor carries it. */
export const positionOfEvent = ({
  chunk,
  position,
}: Pick<ListedEvent, 'chunk' | 'position'>): CursorPosition => ({
  sort: String(chunk.receivedAt.getTime()),
  id: `${chunk.id}/${String(position)}`,
});

const placeOf = (after: CursorPosition): { readonly chunk: ChunkPosition; readonly position: number } => {
  const [id = '', position = ''] = after.id.split('/');
  return { chunk: { receivedAt: new Date(Number(after.sort)), id }, position: Number(position) };
};

/**
 * Events as they were received, the latest request first and the last event of a request first. Answers where it came to
 * when it read as many chunks as one page may.
 */
export const listEvents = async (
  db: Executor,
  filter: EventFilter,
  limit: number,
  after: CursorPosition | undefined,
): Promise<ReadUpTo<ListedEvent>> => {
  const found: ListedEvent[] = [];
  const begin = after === undefined ? undefined : placeOf(after);
  let from = begin?.chunk;
  for (let read = 0; read < maxChunks; read += chunksAtOnce) {
    // One more than is used: it is where the next read begins.
    const chunks = await readChunks(db, filter, chunksAtOnce + 1, from);
    for (const chunk of chunks.slice(0, chunksAtOnce)) {
      const behind = chunk.id === begin?.chunk.id ? begin.position : Infinity;
      for (const { position, checked } of (await unpackChunk(chunk)).toReversed()) {
        if (position >= behind || !matches(filter, chunk, checked)) continue;
        found.push({ chunk, position, event: present(chunk, checked) });
        if (found.length === limit) return { rows: found, upTo: undefined };
      }
    }
    const next = chunks[chunksAtOnce];
    if (next === undefined) return { rows: found, upTo: undefined };
    from = next;
  }
  // Before the last event of the next chunk: none of it was looked at.
  return { rows: found, upTo: from && positionOfEvent({ chunk: from, position: Infinity }) };
};
