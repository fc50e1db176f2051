import { renderError } from '../../../platform/http/error-forms.ts';
import { listOf, objectOf, type JsonObject } from '../json.ts';
import { eventStream, withUsage, type Presenter } from './presenter.ts';

const event = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

/** Chat and text completions and embeddings as OpenAI writes them: the canonical form itself. */
export const openaiPresenter = (request: JsonObject, kind: 'chat' | 'text' | 'embed'): Presenter => {
  const wantsUsage = objectOf(request['stream_options'])['include_usage'] === true;
  let last: JsonObject | undefined;
  return {
    contentType: eventStream,
    whole: (body, { model, charged }) => {
      const usage =
        kind === 'embed'
          ? { prompt_tokens: charged.promptTokens, total_tokens: charged.promptTokens }
          : withUsage(body['usage'], charged);
      return { ...body, model, usage };
    },
    start: () => '',
    piece: (chunk) => {
      const { usage: _usage, ...rest } = chunk;
      last = rest;
      if (listOf(chunk['choices']).length === 0) return '';
      return event(wantsUsage ? { ...rest, usage: null } : rest);
    },
    end: ({ charged }) =>
      `${wantsUsage ? event({ ...last, choices: [], usage: withUsage({}, charged) }) : ''}data: [DONE]\n\n`,
    broken: (error, correlationId) =>
      event(renderError('openai', error, { instance: '', correlationId }).body),
  };
};
