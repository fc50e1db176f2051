import type { EventsAccepted } from '@gpushield/contracts';
import type { Static } from 'typebox';
import type { EventProblem } from './check-event.ts';
import { outcome, type EventBatch } from './event-batch.ts';
import { idOfDigest } from './identity.ts';

type Answer = Static<typeof EventsAccepted>;

/**
 * An answer as it is kept for its Idempotency-Key: a letter an event, and what is wrong by position. The ids are made anew
 * out of the same payload, which a replay must have.
 */
interface CompactAnswer {
  readonly outcomes: string;
  readonly problems: Readonly<Record<string, EventProblem>>;
}

const letters = ['a', 'd', 'e'] as const;

export const compactAnswer = ({ outcomes, problems }: EventBatch): CompactAnswer => {
  let text = '';
  for (const one of outcomes) text += letters[one] ?? 'e';
  return { outcomes: text, problems: Object.fromEntries(problems) };
};

const isCompact = (body: unknown): body is CompactAnswer =>
  typeof body === 'object' && body !== null && 'outcomes' in body && typeof body.outcomes === 'string';

const unknownProblem: EventProblem = { code: 'invalid_event', message: 'is invalid' };

/** The answer in full, in the order of the events. */
export const expandAnswer = (kept: unknown, batch: EventBatch): Answer => {
  if (!isCompact(kept)) throw new Error('This is no answer of events');
  const results: Answer['results'] = [];
  const counts = [0, 0, 0];
  for (let position = 0; position < kept.outcomes.length; position += 1) {
    const letter = kept.outcomes[position];
    const what = letter === 'a' ? outcome.accepted : letter === 'd' ? outcome.duplicate : outcome.error;
    counts[what] = (counts[what] ?? 0) + 1;
    if (what === outcome.error) {
      results.push({ id: null, status: 'error', error: kept.problems[String(position)] ?? unknownProblem });
    } else {
      const id = idOfDigest(batch.digests[position] ?? '');
      results.push({ id, status: what === outcome.accepted ? 'accepted' : 'duplicate' });
    }
  }
  const [accepted = 0, duplicates = 0, errors = 0] = counts;
  return { accepted, duplicates, errors, results };
};
