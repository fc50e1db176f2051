import { maskAssignments } from './mask-assignments.ts';
import { maskPem, maskSchemes, maskTokens, maskUrls } from './mask-tokens.ts';
import { isCounterKey, isSensitiveKey } from './sensitive-key.ts';

const hidden = '***';

/** Characters of one string that a log line keeps; what is longer is a payload, not a message. */
const textMaxLength = 16_384;

/** A line's share of work: values, depth and text beyond these are cut, so that no caller can stall the log. */
const valuesMax = 1000;
const depthMax = 8;
const lineTextMaxLength = 65_536;

/**
 * The text without credentials: those after a telling name, and those that show by their form (see
 * `mask-tokens.ts`). Longer text is cut, at a word's end so that no half of a secret stays behind.
 */
export const maskText = (text: string): string => maskWithin(text, textMaxLength);

/** Too short for a token and without the signs that join a name to a value: most names and ids of a line. */
const plainWord = /^[\w.-]{0,15}$/;

const maskWithin = (text: string, limit: number): string => {
  if (plainWord.test(text)) return text;
  const kept = cutAtWord(text, limit);
  const masked = maskTokens(maskSchemes(maskUrls(maskAssignments(maskPem(kept)))));
  return kept.length === text.length
    ? masked
    : `${masked}…[${String(text.length - kept.length)} more characters]`;
};

/** What a token, a URL or a half of either may be made of. */
const wordLetter = /[^\s"'`,;<>{}()[\]]/;

const cutAtWord = (text: string, limit: number): string => {
  if (text.length <= limit) return text;
  let end = limit;
  while (end > 0 && wordLetter.test(text[end - 1] ?? '')) end -= 1;
  return text.slice(0, end);
};

interface Budget {
  values: number;
  text: number;
  readonly path: Set<object>;
}

/**
 * A copy of the value that is safe to log: sensitive names hide what is under them, all strings and names go
 * through `maskText`, and errors become plain objects. Cycles, getters that throw and endless structures are cut.
 */
export const maskValue = (value: unknown): unknown =>
  visit(value, { values: valuesMax, text: lineTextMaxLength, path: new Set() });

const visit = (value: unknown, budget: Budget): unknown => {
  budget.values -= 1;
  switch (typeof value) {
    case 'string':
      return visitText(value, budget);
    case 'bigint':
      return String(value);
    case 'object':
      return value === null ? null : visitObject(value, budget);
    case 'number':
    case 'boolean':
      return value;
    default:
      return undefined;
  }
};

const visitText = (text: string, budget: Budget): string => {
  if (budget.text <= 0) return '[cut]';
  const masked = maskWithin(text, Math.min(textMaxLength, budget.text));
  budget.text -= Math.min(text.length, textMaxLength);
  return masked;
};

const visitObject = (value: object, budget: Budget): unknown => {
  if (budget.path.has(value)) return '[circular]';
  if (budget.path.size >= depthMax || budget.values <= 0) return '[cut]';
  budget.path.add(value);
  try {
    return copyObject(value, budget);
  } catch {
    // A proxy or a toJSON that throws must not take the log line with it.
    return '[unreadable]';
  } finally {
    budget.path.delete(value);
  }
};

const copyObject = (value: object, budget: Budget): unknown => {
  if (value instanceof Error) return copyError(value, budget);
  if (ArrayBuffer.isView(value)) return `[${String(value.byteLength)} bytes]`;
  if (value instanceof ArrayBuffer) return `[${String(value.byteLength)} bytes]`;
  if (hasToJson(value)) return visit(value.toJSON(), budget);
  if (value instanceof Map) return copyEntries(value.entries(), budget);
  if (value instanceof Set) return copyList([...boundedly(value, budget)], budget);
  if (Array.isArray(value)) return copyList(value, budget);
  return copyEntries(readableEntries(value), budget);
};

const hasToJson = (value: object): value is { toJSON(): unknown } =>
  'toJSON' in value && typeof value.toJSON === 'function';

function* boundedly<T>(items: Iterable<T>, budget: Budget): Generator<T> {
  for (const item of items) {
    if (budget.values <= 0) return;
    yield item;
  }
}

function* readableEntries(value: object): Generator<[string, unknown]> {
  for (const name of Object.keys(value)) {
    let held: unknown;
    try {
      held = (value as Record<string, unknown>)[name];
    } catch {
      held = '[unreadable]';
    }
    yield [name, held];
  }
}

const copyEntries = (entries: Iterable<[unknown, unknown]>, budget: Budget): Record<string, unknown> => {
  const copy: Record<string, unknown> = {};
  const held = new Map<string, unknown>();
  for (const [key, item] of boundedly(entries, budget)) {
    const name = typeof key === 'string' ? key : '[key]';
    held.set(name, item);
    // Defined rather than assigned: a key named __proto__ must stay a key.
    Object.defineProperty(copy, visitText(name, budget), {
      value: underName(name, item, budget),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  }
  return hidePairedValue(copy, held);
};

const underName = (name: string, item: unknown, budget: Budget): unknown => {
  if (!isSensitiveKey(name)) return visit(item, budget);
  budget.values -= 1;
  if (item === null || item === undefined || typeof item === 'boolean') return item;
  return typeof item === 'number' && isCounterKey(name) ? item : hidden;
};

/** Attributes and headers also come as `{key: 'password', value: …}` (OTLP, HAR): the value goes with the name. */
const hidePairedValue = (
  copy: Record<string, unknown>,
  held: ReadonlyMap<string, unknown>,
): Record<string, unknown> => {
  const name = held.get('key') ?? held.get('name');
  if (typeof name === 'string' && held.has('value') && isSensitiveKey(name)) copy['value'] = hidden;
  return copy;
};

/** Header lists alternate names and values (`rawHeaders`): the value after a sensitive name goes too. */
const headerName = /^[\w-]{1,64}$/;

const copyList = (items: readonly unknown[], budget: Budget): unknown[] => {
  const copy: unknown[] = [];
  let previous: unknown;
  for (const item of boundedly(items, budget)) {
    const follows = typeof previous === 'string' && headerName.test(previous) && isSensitiveKey(previous);
    copy.push(follows && typeof item === 'string' ? hidden : visit(item, budget));
    previous = item;
  }
  if (copy.length < items.length) copy.push('[cut]');
  return copy;
};

const copyError = (error: Error, budget: Budget): Record<string, unknown> => {
  const facts: [string, unknown][] = [
    ['type', error.name],
    ['message', error.message],
    ['stack', error.stack],
  ];
  if (error.cause !== undefined) facts.push(['cause', error.cause]);
  if (error instanceof AggregateError) facts.push(['errors', error.errors]);
  return copyEntries([...facts, ...readableEntries(error)], budget);
};
