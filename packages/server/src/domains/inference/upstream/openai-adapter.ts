import { countOf, isObject, listOf, objectOf, parseJsonText, textOf, type JsonObject } from '../json.ts';
import { noTimings, type Adapter, type Call, type ReportedUsage } from '../types.ts';
import { cleanAnswer } from './clean-answer.ts';
import { eventsOf, garbled, streamEnd } from './lines.ts';
import { AppError } from '../../../platform/errors.ts';

const paths = { chat: '/chat/completions', text: '/completions', embed: '/embeddings' } as const;

export const usageOf = (body: JsonObject): ReportedUsage => {
  const usage = objectOf(body['usage']);
  return {
    promptTokens: countOf(usage['prompt_tokens']),
    completionTokens: countOf(usage['completion_tokens']),
  };
};

/** A stream that fails half-way says so in an event of its own. */
const refuseError = (chunk: JsonObject): void => {
  if (chunk['error'] === undefined) return;
  const cause = textOf(objectOf(chunk['error'])['message']) || textOf(chunk['error']);
  throw new AppError('upstream_failed', { detail: 'The model server broke off', cause: new Error(cause) });
};

/** Whether a whole answer's choice has what its kind of call asks for. */
const saysSomething = (kind: Call['kind'], choice: unknown): boolean =>
  isObject(choice) && (kind === 'text' ? typeof choice['text'] === 'string' : isObject(choice['message']));

/** A prompt of Ollama's as a chat: models behind this protocol are rarely asked to continue a text. */
const asChat = (call: Call): Call => {
  if (call.ollama['generate'] !== true) return call;
  const { prompt, suffix: _suffix, ...body } = call.body;
  const system = textOf(call.ollama['system']);
  const messages = [
    ...(system === '' ? [] : [{ role: 'system', content: system }]),
    { role: 'user', content: prompt },
  ];
  return { ...call, kind: 'chat', body: { ...body, messages } };
};

/** Names that only Ollama's messages have. */
const ownFields = new Set(['tool_name', 'thinking']);
const plainMessages = (body: JsonObject): JsonObject => {
  const { messages } = body;
  if (!Array.isArray(messages)) return body;
  const foreign = messages.some(
    (message) => isObject(message) && ('tool_name' in message || 'thinking' in message),
  );
  if (!foreign) return body;
  return {
    ...body,
    messages: messages.map((message) =>
      Object.fromEntries(Object.entries(objectOf(message)).filter(([name]) => !ownFields.has(name))),
    ),
  };
};

/** Whatever speaks OpenAI's protocol: OpenAI itself, vLLM, llama.cpp. Bodies are in its form already. */
export const createOpenaiAdapter = (): Adapter => ({
  request: (call, model) => {
    const { kind, body: given, stream } = asChat(call);
    const body = plainMessages(given);
    return {
      path: paths[kind],
      body: stream
        ? { ...body, model, stream: true, stream_options: { include_usage: true } }
        : { ...body, model, ...(kind === 'embed' ? {} : { stream: false }) },
    };
  },
  whole: (given, _model, answer) => {
    const call = asChat(given);
    if (!isObject(answer)) throw garbled('no JSON object');
    const expected = call.kind === 'embed' ? answer['data'] : answer['choices'];
    if (!Array.isArray(expected)) throw garbled('an answer without choices');
    if (call.kind !== 'embed' && !expected.every((choice) => saysSomething(call.kind, choice))) {
      throw garbled('a choice without an answer');
    }
    return { body: cleanAnswer(call.kind, false, answer), usage: usageOf(answer), timings: noTimings };
  },
  pieces: async function* (call, _model, body) {
    const { kind } = asChat(call);
    let finished = false;
    for await (const data of eventsOf(body)) {
      if (data === streamEnd) {
        finished = true;
        break;
      }
      const chunk = parseJsonText(data);
      if (!isObject(chunk)) throw garbled('an event that is no JSON object');
      refuseError(chunk);
      const usage = isObject(chunk['usage']) ? usageOf(chunk) : undefined;
      finished ||= listOf(chunk['choices']).some(
        (choice) => textOf(objectOf(choice)['finish_reason']) !== '',
      );
      yield { chunk: cleanAnswer(kind, true, chunk), usage, timings: undefined };
    }
    // Not every server says [DONE]; one that says neither stopped somewhere, and what came is not the answer.
    if (!finished) throw garbled('an answer without its end');
  },
});
