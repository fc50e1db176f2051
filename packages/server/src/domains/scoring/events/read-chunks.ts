import { zstdDecompress } from 'node:zlib';
import { promisify } from 'node:util';
import type { Executor } from '../../../platform/database/types.ts';
import { checkEvent, isProblem, type CheckedEvent } from './check-event.ts';
import { createTimeParser } from './parse-time.ts';

export interface ChunkRecord {
  readonly receivedAt: Date;
  readonly id: string;
  readonly agentId: string;
  readonly accepted: Buffer | null;
  readonly body: Buffer;
}

/** Where a chunk stands; the order of all lists of events. */
export interface ChunkPosition {
  readonly receivedAt: Date;
  readonly id: string;
}

export interface ChunkFilter {
  readonly agentId?: string | undefined;
  readonly processId?: string | undefined;
  /** Events of these times may be inside. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
}

/** Chunks that may hold what is asked for, newest first, at or behind `from`. */
export const chunksStatement = (
  { agentId, processId, since, until }: ChunkFilter,
  limit: number,
  from: ChunkPosition | undefined,
): { readonly sql: string; readonly values: readonly unknown[] } => {
  const values: unknown[] = [];
  const bind = (value: unknown): string => {
    values.push(value);
    return `$${String(values.length)}`;
  };
  const place = processId === undefined ? 'c.received_at, c.id' : 'p.received_at, p.chunk_id';
  const time = processId === undefined ? 'c.received_at' : 'p.received_at';
  const where: string[] = [];
  if (processId !== undefined) where.push(`p.process_id = ${bind(processId)}`);
  if (agentId !== undefined) where.push(`c.agent_id = ${bind(agentId)}`);
  if (since !== undefined) where.push(`c.last_at >= ${bind(since)}`);
  if (until !== undefined) where.push(`c.first_at < ${bind(until)}`);
  if (from !== undefined) {
    const at = bind(from.receivedAt);
    // The second says the same of the time alone: it is what partitions are pruned by.
    where.push(`(${place}) <= (${at}, ${bind(from.id)}::uuid)`, `${time} <= ${at}`);
  }
  const conditions = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
  const source =
    processId === undefined
      ? 'syscall_chunks c'
      : 'process_chunks p JOIN syscall_chunks c ON c.received_at = p.received_at AND c.id = p.chunk_id';
  const order =
    processId === undefined ? 'c.received_at DESC, c.id DESC' : 'p.received_at DESC, p.chunk_id DESC';
  return {
    sql: `SELECT c.received_at AS "receivedAt", c.id, c.agent_id AS "agentId", c.accepted, c.body FROM ${source}
      ${conditions} ORDER BY ${order} LIMIT ${bind(limit)}`,
    values,
  };
};

export const readChunks = async (
  db: Executor,
  filter: ChunkFilter,
  limit: number,
  from: ChunkPosition | undefined,
): Promise<readonly ChunkRecord[]> => {
  const { sql, values } = chunksStatement(filter, limit, from);
  return (await db.query<ChunkRecord>(sql, values)).rows;
};

/** What was taken once is not asked for its time again. */
const farFutureMs = Date.parse('9999-12-31T00:00:00Z');
const decompress = promisify(zstdDecompress);
/** Far above what a request can hold. */
const maxChunkBytes = 64 * 1024 * 1024;

export interface StoredEvent {
  /** In the chunk, from 0. */
  readonly position: number;
  readonly checked: CheckedEvent;
}

const eventsIn = (text: string): readonly unknown[] => {
  const parsed: unknown = JSON.parse(text);
  if (
    typeof parsed !== 'object' ||
    parsed === null ||
    !('events' in parsed) ||
    !Array.isArray(parsed.events)
  ) {
    throw new Error('A chunk of events holds no events');
  }
  return parsed.events;
};

/** The events of a chunk that counted, in their order. What was taken once is taken whatever the time is now. */
export const unpackChunk = async ({
  accepted,
  body,
}: Pick<ChunkRecord, 'accepted' | 'body'>): Promise<readonly StoredEvent[]> => {
  const text = (await decompress(body, { maxOutputLength: maxChunkBytes })).toString('utf8');
  const parse = createTimeParser();
  const found: StoredEvent[] = [];
  for (const [position, raw] of eventsIn(text).entries()) {
    if (accepted !== null && ((accepted[position >> 3] ?? 0) & (1 << (position & 7))) === 0) continue;
    const checked = checkEvent(raw, { nowMs: farFutureMs, parse });
    if (!isProblem(checked)) found.push({ position, checked });
  }
  return found;
};
