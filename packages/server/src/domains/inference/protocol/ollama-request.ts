import { defined, isObject, listOf, numberOf, objectOf, pick, textOf, type JsonObject } from '../json.ts';
import { refuseField } from '../refuse-field.ts';
import type { Call } from '../types.ts';

const sampling = ['temperature', 'top_p', 'seed', 'stop', 'frequency_penalty', 'presence_penalty'];
const ownFields = ['system', 'template', 'raw', 'images', 'context', 'format', 'truncate', 'think'];

/** Ollama's `-1` and `-2` are "without an end": the gateway's own bound stands then. */
const maxTokensOf = (options: JsonObject): number | undefined => {
  const asked = numberOf(options['num_predict']);
  if (asked === undefined || asked < 0) return undefined;
  if (Number.isInteger(asked) && asked > 0 && asked <= 10_000_000) return asked;
  throw refuseField('/options/num_predict', 'must be a whole number from 1 to 10000000, or -1');
};

const responseFormat = (format: unknown): JsonObject | undefined => {
  if (format === 'json') return { type: 'json_object' };
  return isObject(format)
    ? { type: 'json_schema', json_schema: { name: 'answer', schema: format } }
    : undefined;
};

const common = (body: JsonObject): JsonObject => {
  const options = objectOf(body['options']);
  return defined({
    model: body['model'],
    ...pick(options, sampling),
    max_tokens: maxTokensOf(options),
    response_format: responseFormat(body['format']),
    reasoning_effort: typeof body['think'] === 'string' ? body['think'] : undefined,
  });
};

const ownOf = (body: JsonObject): JsonObject =>
  pick({ ...body, options: body['options'] }, [...ownFields, 'options']);

const withImages = (text: string, images: readonly unknown[]): unknown =>
  images.length === 0
    ? text
    : [
        { type: 'text', text },
        ...images.map((image) => ({
          type: 'image_url',
          image_url: { url: `data:image/png;base64,${textOf(image)}` },
        })),
      ];

const toolCallOf = (value: unknown, id: string): JsonObject => {
  const called = objectOf(objectOf(value)['function']);
  const given = called['arguments'];
  return {
    id,
    type: 'function',
    function: {
      name: textOf(called['name']),
      arguments: typeof given === 'string' ? given : JSON.stringify(given ?? {}),
    },
  };
};

/** Messages of Ollama's as OpenAI's: results of tools find their call by the tool's name. */
const messagesOf = (messages: readonly unknown[]): readonly JsonObject[] => {
  const lastCall = new Map<string, string>();
  let made = 0;
  return messages.map((value) => {
    const message = objectOf(value);
    const role = textOf(message['role']);
    const calls = listOf(message['tool_calls']).map((call) => {
      made += 1;
      const id = `call_${String(made)}`;
      lastCall.set(textOf(objectOf(objectOf(call)['function'])['name']), id);
      return toolCallOf(call, id);
    });
    const toolName = message['tool_name'];
    return defined({
      role,
      content: withImages(textOf(message['content']), listOf(message['images'])),
      thinking: message['thinking'],
      tool_calls: calls.length > 0 ? calls : undefined,
      tool_name: toolName,
      tool_call_id:
        role === 'tool' ? (lastCall.get(textOf(toolName)) ?? [...lastCall.values()].at(-1)) : undefined,
    });
  });
};

/** POST /api/chat in canonical form. */
export const ollamaChatCall = (body: JsonObject): Call => ({
  kind: 'chat',
  body: defined({ ...common(body), messages: messagesOf(listOf(body['messages'])), tools: body['tools'] }),
  ollama: ownOf(body),
  stream: body['stream'] !== false,
});

/** POST /api/generate in canonical form: for Ollama the same, for others a chat (`generate` says so). */
export const ollamaGenerateCall = (body: JsonObject): Call => ({
  kind: 'text',
  body: defined({ ...common(body), prompt: textOf(body['prompt']), suffix: body['suffix'] }),
  ollama: { ...ownOf(body), generate: true },
  stream: body['stream'] !== false,
});

/** POST /api/embed in canonical form. */
export const ollamaEmbedCall = (body: JsonObject): Call => ({
  kind: 'embed',
  body: pick(body, ['model', 'input', 'dimensions']),
  ollama: pick(body, ['truncate', 'options']),
  stream: false,
});

/** POST /api/embeddings, which Ollama had before, in canonical form. */
export const ollamaEmbeddingCall = (body: JsonObject): Call => ({
  kind: 'embed',
  body: { model: body['model'], input: textOf(body['prompt']) },
  ollama: pick(body, ['options']),
  stream: false,
});
