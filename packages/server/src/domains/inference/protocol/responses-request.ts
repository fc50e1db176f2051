import type { AppError } from '../../../platform/errors.ts';
import { defined, isObject, listOf, objectOf, pick, textOf, type JsonObject } from '../json.ts';
import { refuseField } from '../refuse-field.ts';
import type { Call } from '../types.ts';

const refuse = (field: string, message: string): AppError => refuseField(`/${field}`, message);

const contentOf = (content: unknown): unknown => {
  if (!Array.isArray(content)) return textOf(content);
  return content.filter(isObject).map((part): JsonObject => {
    if (part['type'] === 'input_image')
      return { type: 'image_url', image_url: { url: textOf(part['image_url']) } };
    if (part['type'] === 'input_file') return { type: 'file', file: pick(part, ['file_data', 'filename']) };
    return { type: 'text', text: textOf(part['text']) };
  });
};

/** An item of `input` as messages of a chat. */
const messageOf = (value: unknown): readonly JsonObject[] => {
  const item = objectOf(value);
  const type = textOf(item['type']) || 'message';
  if (type === 'message') return [{ role: textOf(item['role']), content: contentOf(item['content']) }];
  if (type === 'function_call_output') {
    const { output, call_id: id } = item;
    return [
      { role: 'tool', tool_call_id: id, content: typeof output === 'string' ? output : contentOf(output) },
    ];
  }
  if (type === 'function_call') {
    const called = { name: item['name'], arguments: item['arguments'] };
    const call = { id: item['call_id'], type: 'function', function: called };
    return [{ role: 'assistant', content: '', tool_calls: [call] }];
  }
  if (type === 'reasoning') return [];
  throw refuse('input', `holds an item of the type ${type.slice(0, 64)}, which this gateway does not take`);
};

const toolOf = (value: unknown): JsonObject => {
  const tool = objectOf(value);
  if (tool['type'] !== 'function') {
    throw refuse('tools', `may hold functions only, not ${textOf(tool['type']).slice(0, 64)}`);
  }
  return { type: 'function', function: pick(tool, ['name', 'description', 'parameters', 'strict']) };
};

const toolChoiceOf = (choice: unknown): unknown =>
  isObject(choice) ? { type: 'function', function: { name: choice['name'] } } : choice;

const formatOf = (body: JsonObject): unknown => {
  const format = objectOf(objectOf(body['text'])['format']);
  if (format['type'] === 'json_schema') {
    return { type: 'json_schema', json_schema: pick(format, ['name', 'schema', 'strict', 'description']) };
  }
  return format['type'] === 'json_object' ? { type: 'json_object' } : undefined;
};

const passed = ['model', 'temperature', 'top_p', 'parallel_tool_calls', 'user', 'top_logprobs'];

/**
 * POST /v1/responses as a chat. The gateway keeps no conversations: what stands on a response before (`previous_response_id`,
 * `conversation`, `background`) is refused by name.
 */
export const responsesCall = (body: JsonObject): Call => {
  for (const field of ['previous_response_id', 'conversation', 'prompt']) {
    if (body[field] !== undefined && body[field] !== null) {
      throw refuse(field, 'is not kept by this gateway: send the whole conversation as input');
    }
  }
  if (body['background'] === true) throw refuse('background', 'is not supported');
  const { input, instructions } = body;
  const system = typeof instructions === 'string' ? [{ role: 'system', content: instructions }] : [];
  const messages =
    typeof input === 'string' ? [{ role: 'user', content: input }] : listOf(input).flatMap(messageOf);
  const tools = listOf(body['tools']);
  return {
    kind: 'chat',
    body: defined({
      ...pick(body, passed),
      messages: [...system, ...messages],
      max_tokens: body['max_output_tokens'] ?? undefined,
      tools: tools.length > 0 ? tools.map(toolOf) : undefined,
      tool_choice: toolChoiceOf(body['tool_choice']),
      response_format: formatOf(body),
      reasoning_effort: objectOf(body['reasoning'])['effort'] ?? undefined,
    }),
    ollama: {},
    stream: body['stream'] === true,
  };
};
