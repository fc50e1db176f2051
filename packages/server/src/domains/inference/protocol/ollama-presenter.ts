import { renderError } from '../../../platform/http/error-forms.ts';
import { defined, isObject, listOf, objectOf, parseJsonText, textOf, type JsonObject } from '../json.ts';
import { choicesOf } from '../screen.ts';
import { ndjson, type Outcome, type Presenter } from './presenter.ts';

const nanosecondsPerMs = 1e6;

/** Calls of tools whose arguments arrive in pieces. */
interface Called {
  name: string;
  text: string;
}

const gather = (calls: Map<number, Called>, list: unknown): void => {
  for (const [position, value] of listOf(list).entries()) {
    const call = objectOf(value);
    const index = typeof call['index'] === 'number' ? call['index'] : position;
    const { name, arguments: text } = objectOf(call['function']);
    const known = calls.get(index) ?? { name: '', text: '' };
    known.name ||= textOf(name);
    known.text += textOf(text);
    calls.set(index, known);
  }
};

const toolCalls = (calls: ReadonlyMap<number, Called>): readonly JsonObject[] | undefined =>
  calls.size === 0
    ? undefined
    : [...calls.values()].map(({ name, text }) => ({
        function: { name, arguments: objectOf(parseJsonText(text)) },
      }));

const reasonOf = (finish: unknown): string =>
  finish === 'length' || finish === 'content_filter' ? finish : 'stop';

const measures = ({ timings, charged, latencyMs }: Outcome): JsonObject => {
  const own = timings.ollama ?? {};
  const total = Math.round(latencyMs * nanosecondsPerMs);
  return {
    total_duration: own['total_duration'] ?? total,
    load_duration: own['load_duration'] ?? 0,
    prompt_eval_count: charged.promptTokens,
    prompt_eval_duration: own['prompt_eval_duration'] ?? 0,
    eval_count: charged.completionTokens,
    eval_duration: own['eval_duration'] ?? total,
    ...(own['context'] === undefined ? {} : { context: own['context'] }),
  };
};

interface Piece {
  readonly text: string;
  readonly thinking: string | undefined;
  readonly finish: unknown;
}

/** The text of a choice, whole or in part, of chats and of texts. */
const pieceOf = (choice: JsonObject | undefined): Piece => {
  const holder = objectOf(choice?.['delta'] ?? choice?.['message'] ?? choice);
  return {
    text: textOf(holder['content']) || textOf(holder['text']),
    thinking: textOf(holder['reasoning']) || textOf(holder['reasoning_content']) || undefined,
    finish: choice?.['finish_reason'],
  };
};

/** Chats and texts as Ollama writes them. */
export const ollamaPresenter = (
  kind: 'chat' | 'generate',
  about: { readonly model: string; readonly now: () => Date },
): Presenter => {
  const calls = new Map<number, Called>();
  let reason = 'stop';
  const line = (piece: Omit<Piece, 'finish'>, tools: unknown, rest: JsonObject): JsonObject => {
    const base = { model: about.model, created_at: about.now().toISOString() };
    const { text, thinking } = piece;
    const said =
      kind === 'chat'
        ? { message: defined({ role: 'assistant', content: text, thinking, tool_calls: tools }) }
        : defined({ response: text, thinking });
    return { ...base, ...said, ...rest };
  };
  const note = (choice: JsonObject | undefined): Piece => {
    const piece = pieceOf(choice);
    if (piece.finish !== null && piece.finish !== undefined) reason = reasonOf(piece.finish);
    gather(calls, objectOf(choice?.['delta'] ?? choice?.['message'])['tool_calls']);
    return piece;
  };
  return {
    contentType: ndjson,
    whole: (body, outcome) => {
      const piece = note(choicesOf(body)[0]);
      return line(piece, toolCalls(calls), { done: true, done_reason: reason, ...measures(outcome) });
    },
    start: () => '',
    piece: (chunk) => {
      const piece = note(choicesOf(chunk)[0]);
      if (piece.text === '' && piece.thinking === undefined) return '';
      return `${JSON.stringify(line(piece, undefined, { done: false }))}\n`;
    },
    end: (outcome) => {
      const tools = toolCalls(calls);
      const nothing = { text: '', thinking: undefined };
      const called = tools === undefined ? '' : `${JSON.stringify(line(nothing, tools, { done: false }))}\n`;
      const last = line(nothing, undefined, { done: true, done_reason: reason, ...measures(outcome) });
      return `${called}${JSON.stringify(last)}\n`;
    },
    broken: (error, correlationId) =>
      `${JSON.stringify(renderError('ollama', error, { instance: '', correlationId }).body)}\n`,
  };
};

const vectorsOf = (body: JsonObject): readonly unknown[] =>
  listOf(body['data']).map((one) => (isObject(one) ? one['embedding'] : []));

const wholeOnly = (whole: Presenter['whole']): Presenter => ({
  contentType: 'application/json; charset=utf-8',
  whole,
  start: () => '',
  piece: () => '',
  end: () => '',
  broken: () => '',
});

/** Vectors as Ollama writes them. */
export const ollamaEmbedPresenter = (model: string): Presenter =>
  wholeOnly((body, { charged, latencyMs }) => ({
    model,
    embeddings: vectorsOf(body),
    total_duration: Math.round(latencyMs * nanosecondsPerMs),
    load_duration: 0,
    prompt_eval_count: charged.promptTokens,
  }));

/** The one vector of /api/embeddings. */
export const ollamaEmbeddingPresenter = (): Presenter =>
  wholeOnly((body) => ({ embedding: vectorsOf(body)[0] ?? [] }));
