import { countOf, isObject, objectOf, parseJsonText, textOf, type JsonObject } from '../json.ts';
import { noTimings, type Adapter, type Call, type ReportedUsage } from '../types.ts';
import { cleanAnswer } from './clean-answer.ts';
import { eventsOf, garbled } from './lines.ts';
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
    return { body: cleanAnswer(call.kind, false, answer), usage: usageOf(answer), timings: noTimings };
  },
  pieces: async function* (call, _model, body) {
    const { kind } = asChat(call);
    for await (const data of eventsOf(body)) {
      const chunk = parseJsonText(data);
      if (!isObject(chunk)) throw garbled('an event that is no JSON object');
      refuseError(chunk);
      const usage = isObject(chunk['usage']) ? usageOf(chunk) : undefined;
      yield { chunk: cleanAnswer(kind, true, chunk), usage, timings: undefined };
    }
  },
});
