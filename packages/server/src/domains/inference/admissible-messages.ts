import { defined, isObject, listOf, objectOf, pick, textOf, type JsonObject } from './json.ts';
import { refuseField } from './refuse-field.ts';

/** Base64 to its end: what else stands there a server may read as text, and nobody here did. */
const dataUrl = /^data:[a-z0-9.+/-]*(?:;[a-z0-9=.-]+)*;base64,[a-z0-9+/_=\s-]*$/i;
/** A name is an identifier: what is a sentence is said in a content, where it is read. */
const identifier = /^[\w.:/-]{1,128}$/;
const role = /^[A-Za-z][\w-]{0,63}$/;
/** Servers make ids of many forms; none has a space, and a sentence has. */
const idForm = /^[\x21-\x7e]{1,256}$/;
const base64 = /^[a-z0-9+/_=\s-]*$/i;
/** Texts of a message beside its content. Of another type they would pass unread, and are left out. */
const messageTexts = ['refusal', 'thinking', 'reasoning_content'];

export const requireIdentifier = (name: unknown, field: string): string => {
  const text = textOf(name);
  if (!identifier.test(text)) throw refuseField(field, 'must be 1 to 128 letters, digits and _ . : / -');
  return text;
};

const optional = (value: unknown, require: (value: unknown) => unknown): unknown =>
  value === undefined || value === null ? undefined : require(value);

const requireForm = (form: RegExp, value: unknown, field: string, what: string): string => {
  if (typeof value !== 'string' || !form.test(value)) throw refuseField(field, what);
  return value;
};

/** Ollama's pictures. Errors: `validation_failed` for what is no base64. */
export const requireImages = (images: unknown, field: string): readonly string[] =>
  listOf(images).map((image, index) =>
    requireForm(base64, image, `${field}/${String(index)}`, 'must be a picture in base64'),
  );

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
    id: optional(call['id'], (id) => requireForm(idForm, id, `${field}/id`, 'must be an id without spaces')),
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
    role: requireForm(
      role,
      message['role'],
      `${field}/role`,
      'must be a word: system, user, assistant, tool …',
    ),
    ...Object.fromEntries(messageTexts.map((key) => [key, textOf(message[key]) || undefined])),
    name: optional(name, (one) => requireIdentifier(one, `${field}/name`)),
    tool_name: optional(message['tool_name'], (one) => requireIdentifier(one, `${field}/tool_name`)),
    tool_call_id: optional(message['tool_call_id'], (id) =>
      requireForm(idForm, id, `${field}/tool_call_id`, 'must be an id without spaces'),
    ),
    images: optional(message['images'], (images) => requireImages(images, `${field}/images`)),
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
