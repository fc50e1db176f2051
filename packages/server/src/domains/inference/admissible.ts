import {
  admissibleMessages,
  admissibleTools,
  requireIdentifier,
  requireImages,
} from './admissible-messages.ts';
import { isObject, listOf, objectOf, pick, type JsonObject } from './json.ts';
import { refuseField } from './refuse-field.ts';
import type { Call } from './types.ts';

/** What steers the choice of tokens and says nothing. */
const sampling = [
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'typical_p',
  'repetition_penalty',
  'frequency_penalty',
  'presence_penalty',
  'seed',
  'stop',
  'logit_bias',
];
const generating = ['model', 'max_tokens', 'max_completion_tokens', 'n', 'logprobs', 'stream', ...sampling];
const passed: Readonly<Record<Call['kind'], readonly string[]>> = {
  chat: [
    ...generating,
    'messages',
    'tools',
    'tool_choice',
    'parallel_tool_calls',
    'response_format',
    'reasoning_effort',
    'top_logprobs',
  ],
  text: [...generating, 'prompt', 'suffix', 'echo', 'response_format', 'reasoning_effort'],
  embed: ['model', 'input', 'dimensions', 'encoding_format'],
};
const known: Readonly<Record<Call['kind'], ReadonlySet<string>>> = {
  chat: new Set(passed.chat),
  text: new Set(passed.text),
  embed: new Set(passed.embed),
};
/** Harmless, and not the model server's business: who asks, what is kept, how it is billed. */
const leftOut = new Set([
  'stream_options',
  'user',
  'metadata',
  'store',
  'service_tier',
  'safety_identifier',
  'prompt_cache_key',
  'prompt_cache_retention',
  'verbosity',
]);
const ollamaFields = ['system', 'template', 'raw', 'format', 'truncate', 'think', 'generate', 'images'];
/** Not among them: what reloads a model or moves it for everybody (num_ctx, num_gpu, num_batch, num_thread …). */
const ollamaOptions = [
  'temperature',
  'top_p',
  'top_k',
  'min_p',
  'typical_p',
  'repeat_penalty',
  'repeat_last_n',
  'frequency_penalty',
  'presence_penalty',
  'penalize_newline',
  'mirostat',
  'mirostat_eta',
  'mirostat_tau',
  'num_keep',
  'num_predict',
  'seed',
  'stop',
];

const requireKnown = (kind: Call['kind'], body: JsonObject): void => {
  for (const [name, value] of Object.entries(body)) {
    if (known[kind].has(name) || leftOut.has(name) || value === undefined || value === null) continue;
    // One answer of several candidates: only the plain case is what it seems.
    if (name === 'best_of' && value === (body['n'] ?? 1)) continue;
    if (name === 'modalities' && JSON.stringify(value) === '["text"]') continue;
    throw refuseField(
      `/${name.slice(0, 64)}`,
      'does not pass this gateway: what it says could not be screened',
    );
  }
};

/** Text, or a list of texts: numbers of tokens are text that neither the firewall nor the budget can read. */
const requireTexts = (body: JsonObject, name: string): void => {
  const value = body[name];
  if (Array.isArray(value) && !value.every((one) => typeof one === 'string'))
    throw refuseField(`/${name}`, 'must be text or a list of texts: lists of tokens are not taken');
};

const toolChoiceOf = (choice: unknown): unknown => {
  if (!isObject(choice)) return choice;
  const name = requireIdentifier(objectOf(choice['function'])['name'], '/tool_choice/function/name');
  return { type: 'function', function: { name } };
};

const responseFormatOf = (format: JsonObject): JsonObject => {
  const { type, json_schema: given } = format;
  if (type !== 'json_schema') return { type };
  const schema = pick(objectOf(given), ['name', 'description', 'schema', 'strict']);
  return { type, json_schema: schema };
};

const chatFields = (body: JsonObject): JsonObject => ({
  messages: admissibleMessages(listOf(body['messages'])),
  ...(body['tools'] === undefined ? {} : { tools: admissibleTools(listOf(body['tools'])) }),
  ...(body['tool_choice'] === undefined ? {} : { tool_choice: toolChoiceOf(body['tool_choice']) }),
});

/**
 * A call with what the gateway knows, and nothing else: whatever else reaches a model or a model server would pass the
 * firewall unread, or cost what nobody counts. Pure; the given call stays as it is. Errors: `validation_failed`.
 */
export const admissible = (call: Call): Call => {
  const { kind, body, ollama } = call;
  requireKnown(kind, body);
  requireTexts(body, 'prompt');
  requireTexts(body, 'input');
  if (body['suffix'] !== undefined && typeof body['suffix'] !== 'string')
    throw refuseField('/suffix', 'must be text');
  if (ollama['context'] !== undefined)
    throw refuseField(
      '/context',
      'is not taken: it holds tokens, which are not screened; send messages to /api/chat',
    );
  return {
    ...call,
    body: {
      ...pick(body, passed[kind]),
      ...(kind === 'chat' ? chatFields(body) : {}),
      ...(isObject(body['response_format'])
        ? { response_format: responseFormatOf(body['response_format']) }
        : {}),
    },
    ollama: {
      ...pick(ollama, ollamaFields),
      ...(ollama['images'] === undefined ? {} : { images: requireImages(ollama['images'], '/images') }),
      ...(ollama['options'] === undefined
        ? {}
        : { options: pick(objectOf(ollama['options']), ollamaOptions) }),
    },
  };
};
