import type { Queue, QueueMessageView } from '@gpushield/contracts';
import { maskValue } from '../../platform/observability/mask.ts';
import { deadLetterHeader, lastErrorHeader, type QueueDepth } from '../../platform/queue/index.ts';
import type { MessageRow } from './store.ts';

export const presentQueue = (depth: QueueDepth): Queue => ({
  name: depth.queue,
  messages: depth.messages,
  visible: depth.visible,
  oldest_age_seconds: depth.oldestAgeSeconds,
  sent: depth.sent,
  dead_letters: depth.deadLetters,
});

type DeadLetterView = NonNullable<QueueMessageView['dead_letter']>;
const causes: readonly DeadLetterView['cause'][] = ['refused', 'attempts_exhausted', 'no_answer'];

const at = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;

const textAt = (value: unknown, key: string): string => {
  const found = at(value, key);
  return typeof found === 'string' ? found : '';
};

/** Any client of PGMQ can write headers: what is not as ours is shown as far as it goes. */
const deadLetterOf = (headers: MessageRow['headers']): DeadLetterView | null => {
  const header = headers?.[deadLetterHeader];
  const cause = causes.find((each) => each === at(header, 'cause'));
  const diedAt = new Date(textAt(header, 'at'));
  if (cause === undefined || Number.isNaN(diedAt.getTime())) return null;
  const attempts = at(header, 'attempts');
  return {
    cause,
    error: textAt(header, 'error'),
    attempts: typeof attempts === 'number' ? Math.trunc(attempts) : 0,
    at: diedAt.toISOString(),
  };
};

/** Bodies are pointers to rows, but nothing keeps a sender from more: credentials are hidden as in the log. */
export const presentMessage = (row: MessageRow): QueueMessageView => {
  const lastError = row.headers?.[lastErrorHeader];
  return {
    id: row.id,
    attempts: row.read_ct,
    enqueued_at: row.enqueued_at.toISOString(),
    visible_at: row.vt.toISOString(),
    body: maskValue(row.message) ?? null,
    headers: maskValue(row.headers) ?? null,
    last_error: typeof lastError === 'string' ? lastError : null,
    dead_letter: deadLetterOf(row.headers),
  };
};
