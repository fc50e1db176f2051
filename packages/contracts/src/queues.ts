import { Type, type Static } from 'typebox';
import { Timestamp, nullable } from './common.ts';

export const QueueName = Type.String({
  minLength: 1,
  maxLength: 47,
  pattern: '^[a-z][a-z0-9_]*$',
  description: 'Name of a PGMQ queue',
});

/** How a queue stands. */
export const Queue = Type.Object(
  {
    name: QueueName,
    messages: Type.Integer({ description: 'Everything in the queue: visible, delayed and under way' }),
    visible: Type.Integer({ description: 'What a worker would get now' }),
    oldest_age_seconds: nullable(Type.Integer({ description: 'Age of the oldest message; null when empty' })),
    sent: Type.Integer({ description: 'Messages that were ever sent to it' }),
    dead_letters: Type.Integer({ description: 'Messages that were given up and wait for an operator' }),
  },
  { $id: 'Queue' },
);
export type Queue = Static<typeof Queue>;

/** `ready`: visible. `delayed`: waits for its time, or is under way. `dead`: given up. */
export const QueueMessageState = Type.Enum(['ready', 'delayed', 'dead']);
export type QueueMessageState = Static<typeof QueueMessageState>;

/** A look at a message, which changes nothing about it. */
export const QueueMessageView = Type.Object(
  {
    id: Type.String({ pattern: '^[0-9]+$', maxLength: 19 }),
    attempts: Type.Integer(),
    enqueued_at: Timestamp,
    visible_at: Timestamp,
    body: Type.Unknown({ description: 'The message, without what looks like a credential' }),
    headers: Type.Unknown({ description: 'Its headers, without what looks like a credential' }),
    last_error: nullable(Type.String({ description: 'Why the last attempt failed' })),
    dead_letter: nullable(
      Type.Object({
        cause: Type.Enum(['refused', 'attempts_exhausted', 'no_answer']),
        error: Type.String(),
        attempts: Type.Integer(),
        at: Timestamp,
      }),
    ),
  },
  { $id: 'QueueMessageView' },
);
export type QueueMessageView = Static<typeof QueueMessageView>;

/** Dead letters to send again: those named, or the oldest. */
export const ResendDeadLetters = Type.Object({
  ids: Type.Optional(
    Type.Array(Type.String({ pattern: '^[0-9]{1,18}$' }), { minItems: 1, maxItems: 500, uniqueItems: true }),
  ),
  limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
});
export type ResendDeadLetters = Static<typeof ResendDeadLetters>;
export const Resent = Type.Object({ resent: Type.Integer() });

/** `messages`: all that are in the queue, also those under way. `dead_letters`: those that were given up. */
export const PurgeQueue = Type.Object({ what: Type.Enum(['messages', 'dead_letters']) });
export type PurgeQueue = Static<typeof PurgeQueue>;
export const Purged = Type.Object({ purged: Type.Integer() });
