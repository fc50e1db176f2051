import type { AppError } from '../../../platform/errors.ts';
import type { JsonObject } from '../json.ts';
import type { Charged } from '../limits/measure.ts';
import type { Timings } from '../types.ts';

/** What is known of a call when its answer ends. */
export interface Outcome {
  /** The name that the caller used. */
  readonly model: string;
  readonly charged: Charged;
  readonly timings: Timings;
  readonly latencyMs: number;
}

/** How one protocol writes an answer that is in canonical form. One for each call; streams have a state. */
export interface Presenter {
  readonly contentType: string;
  whole(body: JsonObject, outcome: Outcome): unknown;
  /** Before the first piece. */
  start(): string;
  /** One piece; an empty text sends nothing. */
  piece(chunk: JsonObject): string;
  /** After the last. */
  end(outcome: Outcome): string;
  /** In the place of the rest, when the stream breaks. */
  broken(error: AppError, correlationId: string): string;
}

export const eventStream = 'text/event-stream; charset=utf-8';
export const ndjson = 'application/x-ndjson';

/** The usage that an answer shows: what was charged. Details that the upstream gave stay. */
export const withUsage = (usage: unknown, { promptTokens, completionTokens }: Charged): JsonObject => ({
  ...(typeof usage === 'object' ? usage : {}),
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
});
