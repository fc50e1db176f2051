import {
  defined,
  isObject,
  listOf,
  objectOf,
  parseJsonText,
  pick,
  textOf,
  type JsonObject,
} from '../json.ts';
import type { Call } from '../types.ts';

const dataUrl = /^data:[^,]*,/i;

/** Ollama takes pictures as base64 alone. */
const imageOf = (part: JsonObject): string => textOf(objectOf(part['image_url'])['url']).replace(dataUrl, '');

const contentOf = (content: unknown): { readonly text: string; readonly images: readonly string[] } => {
  if (!Array.isArray(content)) return { text: textOf(content), images: [] };
  const parts = content.filter(isObject);
  return {
    text: parts.map((part) => textOf(part['text'])).join(''),
    images: parts.filter((part) => part['type'] === 'image_url').map(imageOf),
  };
};

const toolCallOf = (value: unknown): JsonObject => {
  const called = objectOf(objectOf(value)['function']);
  const given = called['arguments'];
  const parsed = typeof given === 'string' ? objectOf(parseJsonText(given)) : objectOf(given);
  return { function: { name: textOf(called['name']), arguments: parsed } };
};

/** One message of OpenAI's as Ollama's. Tool results name their tool, which OpenAI names by the call's id. */
const messageOf = (value: unknown, names: ReadonlyMap<string, string>): JsonObject => {
  const message = objectOf(value);
  const role = textOf(message['role']);
  const { text, images } = contentOf(message['content']);
  const calls = listOf(message['tool_calls']);
  const toolName = textOf(message['tool_name']) || names.get(textOf(message['tool_call_id']));
  return defined({
    role: role === 'developer' ? 'system' : role,
    content: text,
    images: images.length > 0 ? images : (message['images'] ?? undefined),
    tool_calls: calls.length > 0 ? calls.map(toolCallOf) : undefined,
    tool_name: role === 'tool' ? toolName : undefined,
    thinking: message['thinking'],
  });
};

const callNames = (messages: readonly unknown[]): ReadonlyMap<string, string> =>
  new Map(
    messages
      .flatMap((message) => listOf(objectOf(message)['tool_calls']))
      .map((value) => {
        const call = objectOf(value);
        return [textOf(call['id']), textOf(objectOf(call['function'])['name'])];
      }),
  );

const formatOf = (body: JsonObject): unknown => {
  const format = objectOf(body['response_format']);
  if (format['type'] === 'json_object') return 'json';
  if (format['type'] === 'json_schema') return objectOf(format['json_schema'])['schema'];
  return undefined;
};

const sampling = ['temperature', 'top_p', 'seed', 'frequency_penalty', 'presence_penalty'];

const optionsOf = ({ body, ollama }: Call): JsonObject => {
  const { stop } = body;
  return defined({
    ...objectOf(ollama['options']),
    ...pick(body, sampling),
    stop: typeof stop === 'string' ? [stop] : stop,
    num_predict: body['max_completion_tokens'] ?? body['max_tokens'],
  });
};

/** OpenAI's effort is Ollama's `think`. */
const thinkOf = ({ body, ollama }: Call): unknown => {
  const effort = body['reasoning_effort'];
  return ollama['think'] ?? (effort === 'none' ? false : effort);
};

const chat = (call: Call): JsonObject => {
  const messages = listOf(call.body['messages']);
  const names = callNames(messages);
  return {
    messages: messages.map((message) => messageOf(message, names)),
    tools: call.body['tool_choice'] === 'none' ? undefined : call.body['tools'],
    format: call.ollama['format'] ?? formatOf(call.body),
    think: thinkOf(call),
    options: optionsOf(call),
  };
};

const generateFields = ['system', 'template', 'raw', 'images', 'format'];

const generate = (call: Call): JsonObject => ({
  prompt: call.body['prompt'],
  suffix: call.body['suffix'],
  ...pick(call.ollama, generateFields),
  think: thinkOf(call),
  options: optionsOf(call),
});

const embed = ({ body, ollama }: Call): JsonObject => ({
  input: body['input'],
  dimensions: body['dimensions'],
  truncate: ollama['truncate'],
  options: ollama['options'],
});

const forms = { chat, text: generate, embed } as const;
const paths = { chat: '/api/chat', text: '/api/generate', embed: '/api/embed' } as const;

/** A call in canonical form as Ollama takes it. */
export const ollamaRequest = (
  call: Call,
  model: string,
): { readonly path: string; readonly body: JsonObject } => ({
  path: paths[call.kind],
  body: defined({
    ...forms[call.kind](call),
    model,
    stream: call.kind === 'embed' ? undefined : call.stream,
  }),
});
