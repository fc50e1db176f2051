import { defined, isObject, listOf, objectOf, pick, textOf, type JsonObject } from './json.ts';
import { refuseField } from './refuse-field.ts';

const dataUrl = /^data:[a-z0-9.+/-]*(?:;[a-z0-9=.-]+)*;base64,/i;
/** A name is an identifier: what is a sentence is said in a content, where it is read. */
const identifier = /^[\w.:/-]{1,128}$/;
const messageFields = [
  'role',
  'content',
  'name',
  'refusal',
  'tool_call_id',
  'tool_name',
  'thinking',
  'images',
  'reasoning_content',
];

export const requireIdentifier = (name: unknown, field: string): string => {
  const text = textOf(name);
  if (!identifier.test(text)) throw refuseField(field, 'must be 1 to 128 letters, digits and _ . : / -');
  return text;
};

const imagePart = (part: JsonObject, field: string): JsonObject => {
  const { image_url: image } = part;
  const url = typeof image === 'string' ? image : textOf(objectOf(image)['url']);
  // A model server that fetches what a user names would reach into the network that it stands in.
  if (!dataUrl.test(url)) throw refuseField(`${field}/image_url`, 'must be a data: URL in base64');
  return { type: 'image_url', image_url: { ...pick(objectOf(image), ['detail']), url } };
};

const partOf = (value: unknown, field: string): JsonObject => {
  const part = objectOf(value);
  switch (part['type']) {
    case 'text':
      return { type: 'text', text: textOf(part['text']) };
    case 'refusal':
      return { type: 'refusal', refusal: textOf(part['refusal']) };
    case 'image_url':
      return imagePart(part, field);
    case 'file': {
      const file = pick(objectOf(part['file']), ['file_data', 'filename']);
      if (textOf(file['file_data']) === '') throw refuseField(`${field}/file`, 'must bring its file_data');
      return { type: 'file', file };
    }
    default:
      throw refuseField(
        `${field}/type`,
        'must be text, refusal, image_url or file: the rest is not screened',
      );
  }
};

/** Arguments are JSON in a text: as an object they would pass unread. */
const toolCallOf = (value: unknown, field: string): JsonObject => {
  const call = objectOf(value);
  const called = objectOf(call['function']);
  const given = called['arguments'] ?? {};
  return defined({
    id: call['id'],
    type: 'function',
    function: {
      name: requireIdentifier(called['name'], `${field}/function/name`),
      arguments: typeof given === 'string' ? given : JSON.stringify(given),
    },
  });
};

const messageOf = (value: unknown, index: number): JsonObject => {
  const message = objectOf(value);
  const field = `/messages/${String(index)}`;
  const { name, content } = message;
  const calls = listOf(message['tool_calls']);
  return defined({
    ...pick(message, messageFields),
    name: name === undefined || name === null ? undefined : requireIdentifier(name, `${field}/name`),
    content: Array.isArray(content)
      ? content.map((part, at) => partOf(part, `${field}/content/${String(at)}`))
      : content,
    tool_calls:
      calls.length > 0
        ? calls.map((call, at) => toolCallOf(call, `${field}/tool_calls/${String(at)}`))
        : undefined,
  });
};

/**
 * Messages with the fields that the gateway reads, and no others: what a client echoes from an earlier answer is left
 * out. Errors: `validation_failed` for parts that nothing here can read.
 */
export const admissibleMessages = (messages: readonly unknown[]): readonly JsonObject[] =>
  messages.map(messageOf);

/** Functions that a model may call. Errors: `validation_failed` for tools that a model server would run by itself. */
export const admissibleTools = (tools: readonly unknown[]): readonly JsonObject[] =>
  tools.map((value, index) => {
    const tool = objectOf(value);
    const field = `/tools/${String(index)}`;
    if (!isObject(tool['function'])) throw refuseField(field, 'must be a function');
    const declared = tool['function'];
    return {
      type: 'function',
      function: {
        ...pick(declared, ['description', 'parameters', 'strict']),
        name: requireIdentifier(declared['name'], `${field}/function/name`),
      },
    };
  });
