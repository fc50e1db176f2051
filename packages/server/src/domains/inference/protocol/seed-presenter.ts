import { objectOf, textOf } from '../json.ts';
import { choicesOf } from '../screen.ts';
import type { Presenter } from './presenter.ts';

/** The answer of seed 3's POST /api/v1/llm/generate. It has no stream. */
export const seedPresenter = (): Presenter => ({
  contentType: 'application/json; charset=utf-8',
  whole: (body, { model, charged, latencyMs }) => ({
    content: textOf(objectOf(choicesOf(body)[0]?.['message'])['content']),
    model,
    tokens_used: charged.promptTokens + charged.completionTokens,
    latency_ms: Math.round(latencyMs),
  }),
  start: () => '',
  piece: () => '',
  end: () => '',
  broken: () => '',
});
