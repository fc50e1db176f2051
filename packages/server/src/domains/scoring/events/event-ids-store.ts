import { encodeCopyRows } from '../../../platform/database/copy-format.ts';
import { isUniqueViolation } from '../../../platform/database/errors.ts';
import type { Tx } from '../../../platform/database/types.ts';

/** What an event that was told by its content is remembered by. */
export interface ContentKey {
  readonly occurredAtUs: number;
  readonly high: number;
  readonly low: number;
}

/** Total order, that of the index: equal keys of two transactions meet in one order, which excludes deadlocks. */
export const byKey = (a: ContentKey, b: ContentKey): number =>
  a.occurredAtUs - b.occurredAtUs || a.high - b.high || a.low - b.low;

/** PostgreSQL's text of a time in microseconds. Neighbours share their second, whose text is kept. */
export const createTimeText = (): ((us: number) => string) => {
  let second = Number.NaN;
  let prefix = '';
  return (us) => {
    const seconds = Math.floor(us / 1e6);
    if (seconds !== second) {
      second = seconds;
      prefix = `${new Date(seconds * 1000).toISOString().slice(0, 19)}.`;
    }
    return `${prefix}${String(us - seconds * 1e6).padStart(6, '0')}Z`;
  };
};

/**
 * Remembers what is new of these keys, which are sorted and distinct, and calls `onKnown` with the positions of those
 * that were known. Nearly always all of them are new: then one COPY does it.
 */
export const rememberContents = async (
  tx: Tx,
  keys: readonly ContentKey[],
  onKnown: (position: number) => void,
): Promise<void> => {
  if (keys.length === 0) return;
  const textOf = createTimeText();
  try {
    await tx.savepoint(async () => {
      let text = '';
      for (const key of keys) {
        text += `${textOf(key.occurredAtUs)}\t${String(key.high)}\t${String(key.low)}\n`;
      }
      await tx.copyIn('syscall_event_ids', ['occurred_at', 'high', 'low'], Buffer.from(text, 'latin1'));
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    await rememberOneByOne(tx, keys, onKnown);
  }
};

const rememberOneByOne = async (
  tx: Tx,
  keys: readonly ContentKey[],
  onKnown: (position: number) => void,
): Promise<void> => {
  const textOf = createTimeText();
  const { rows } = await tx.query<{ position: number }>(
    `WITH given AS (
       SELECT * FROM unnest($1::timestamptz[], $2::int[], $3::int[]) WITH ORDINALITY AS g (occurred_at, high, low, place)
     ), made AS (
       INSERT INTO syscall_event_ids (occurred_at, high, low)
       SELECT occurred_at, high, low FROM given ORDER BY place
       ON CONFLICT DO NOTHING RETURNING occurred_at, high, low
     )
     SELECT place::int - 1 AS position FROM given
      WHERE NOT EXISTS (SELECT FROM made m WHERE m.occurred_at = given.occurred_at AND m.high = given.high
                           AND m.low = given.low)`,
    [
      keys.map(({ occurredAtUs }) => textOf(occurredAtUs)),
      keys.map(({ high }) => high),
      keys.map(({ low }) => low),
    ],
  );
  for (const { position } of rows) onKnown(position);
};

/** The same for events with ids of their agents' own; `ids` are sorted and distinct. */
export const rememberClientIds = async (
  tx: Tx,
  ids: readonly string[],
  receivedAt: Date,
  onKnown: (position: number) => void,
): Promise<void> => {
  if (ids.length === 0) return;
  try {
    await tx.savepoint(async () => {
      const at = receivedAt.toISOString();
      const rows = encodeCopyRows(ids.map((id) => [id, at]));
      await tx.copyIn('syscall_client_ids', ['id', 'received_at'], rows);
    });
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const { rows } = await tx.query<{ id: string }>(
      `INSERT INTO syscall_client_ids (id, received_at) SELECT id, $2 FROM unnest($1::uuid[]) WITH ORDINALITY AS g (id, place)
        ORDER BY place ON CONFLICT DO NOTHING RETURNING id`,
      [ids, receivedAt],
    );
    const fresh = new Set(rows.map(({ id }) => id));
    for (const [position, id] of ids.entries()) if (!fresh.has(id)) onKnown(position);
  }
};

/** Which of these days (YYYY-MM-DD) are forgotten. */
export const forgottenDays = async (tx: Tx, days: readonly string[]): Promise<ReadonlySet<string>> => {
  const { rows } = await tx.query<{ day: string }>(
    'SELECT day::text AS day FROM syscall_forgotten_days WHERE day = ANY($1::date[])',
    [days],
  );
  return new Set(rows.map(({ day }) => day));
};
