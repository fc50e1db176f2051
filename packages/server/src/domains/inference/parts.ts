import type { InputPart } from './firewall-port.ts';
import { isObject, listOf, objectOf, textOf, type JsonObject } from './json.ts';
import type { Call } from './types.ts';

type Kind = InputPart['kind'];

const kinds: Readonly<Record<string, Kind>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** Values that hold text, and where: strings, and objects' own strings one level deeper than they seem. */
interface Place {
  readonly kind: Kind;
  readonly path: string;
  readonly holder: JsonObject | unknown[];
  readonly key: string | number;
}

const place = (kind: Kind, holder: JsonObject, key: string, path: string): readonly Place[] =>
  typeof holder[key] === 'string' && holder[key] !== ''
    ? [{ kind, path: `${path}/${key}`, holder, key }]
    : [];

const contentPlaces = (kind: Kind, message: JsonObject, path: string): readonly Place[] => {
  if (!Array.isArray(message['content'])) return place(kind, message, 'content', path);
  return message['content'].flatMap((part: unknown, index): readonly Place[] => {
    if (!isObject(part)) return [];
    const at = `${path}/content/${String(index)}`;
    const file = part['file'];
    const fileParts = isObject(file)
      ? ['file_data', 'filename'].flatMap((key) => place('document', file, key, `${at}/file`))
      : [];
    return [...place(kind, part, 'text', at), ...place(kind, part, 'refusal', at), ...fileParts];
  });
};

const toolPlaces = (message: JsonObject, path: string): readonly Place[] =>
  listOf(message['tool_calls']).flatMap((call, index) => {
    const called = objectOf(objectOf(call)['function']);
    return place('tool_arguments', called, 'arguments', `${path}/tool_calls/${String(index)}/function`);
  });

const messagePlaces = (body: JsonObject): readonly Place[] =>
  listOf(body['messages']).flatMap((value, index) => {
    if (!isObject(value)) return [];
    const kind = kinds[textOf(value['role'])] ?? 'user';
    const path = `/messages/${String(index)}`;
    return [
      ...contentPlaces(kind, value, path),
      ...place('assistant', value, 'refusal', path),
      ...place('assistant', value, 'thinking', path),
      ...place('assistant', value, 'reasoning_content', path),
      ...toolPlaces(value, path),
    ];
  });

/** Tools and schemas are read by the model as if they were its owner's words. They are judged whole and never changed. */
const definitionParts = (body: JsonObject, ollama: JsonObject): readonly InputPart[] => {
  const tools = listOf(body['tools']).map((tool, index) => ({
    path: `/tools/${String(index)}`,
    value: tool,
  }));
  const formats = [
    { path: '/response_format', value: objectOf(body['response_format'])['json_schema'] },
    { path: '/format', value: isObject(ollama['format']) ? ollama['format'] : undefined },
  ];
  return [...tools, ...formats]
    .filter(({ value }) => value !== undefined)
    .map(({ path, value }) => ({ kind: 'system', path, text: wordsOf(value).join('\n') }));
};

/** Every string of a JSON value, names of fields too. */
const wordsOf = (value: unknown): readonly string[] => {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(wordsOf);
  return isObject(value) ? Object.entries(value).flatMap(([name, inner]) => [name, ...wordsOf(inner)]) : [];
};

/** `prompt` and `input` are a string or a list of strings. */
const listPlaces = (body: JsonObject, key: string, kind: Kind): readonly Place[] => {
  const value = body[key];
  if (!Array.isArray(value)) return place(kind, body, key, '');
  return value.flatMap((text, index): readonly Place[] =>
    typeof text === 'string' && text !== ''
      ? [{ kind, path: `/${key}/${String(index)}`, holder: value, key: index }]
      : [],
  );
};

const placesOf = ({ body, ollama }: Call): readonly Place[] => [
  ...messagePlaces(body),
  ...listPlaces(body, 'prompt', 'user'),
  ...listPlaces(body, 'input', 'document'),
  ...place('user', body, 'suffix', ''),
  ...place('system', ollama, 'system', ''),
  ...place('system', ollama, 'template', ''),
];

const read = ({ holder, key }: Place): string => textOf(Reflect.get(holder, key));

/** The texts of a call, and the means to replace those that people and tools wrote. The call's own body is changed. */
export interface Texts {
  readonly parts: readonly InputPart[];
  replace(masked: ReadonlyMap<string, string>): void;
}

/** Every text that a call brings before the model. Halves of surrogate pairs become U+FFFD on the way. */
export const textsOf = (call: Call): Texts => {
  const places = placesOf(call);
  for (const one of places) {
    const text = read(one);
    if (!text.isWellFormed()) Reflect.set(one.holder, one.key, text.toWellFormed());
  }
  return {
    parts: [
      ...places.map((one) => ({ kind: one.kind, path: one.path, text: read(one) })),
      ...definitionParts(call.body, call.ollama),
    ],
    replace: (masked) => {
      for (const one of places) {
        const text = masked.get(one.path);
        if (text !== undefined) Reflect.set(one.holder, one.key, text);
      }
    },
  };
};
