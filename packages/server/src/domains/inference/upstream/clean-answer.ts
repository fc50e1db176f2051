import { defined, isObject, listOf, objectOf, pick, textOf, type JsonObject } from '../json.ts';
import type { Call } from '../types.ts';

/**
 * Answers of a model server with the fields that the firewall screens and the gateway counts, and no others: speech,
 * deprecated calls and a vendor's own fields would say again what was masked or blocked. Source: OpenAI's API reference.
 */
const about = ['id', 'object', 'created', 'model', 'system_fingerprint', 'usage'];
const texts = ['role', 'refusal', 'reasoning', 'reasoning_content'];

/** What is screened is text: the same as an object or a list would pass unread. */
const onlyText = (value: unknown): unknown =>
  typeof value === 'string' || value === null ? value : undefined;

const pickTexts = (object: JsonObject, names: readonly string[]): JsonObject =>
  defined(Object.fromEntries(names.map((name) => [name, onlyText(object[name])])));

/** Text; parts of text become one. */
const contentOf = (content: unknown): unknown =>
  Array.isArray(content) ? content.map((part) => textOf(objectOf(part)['text'])).join('') : onlyText(content);

const callOf = (value: unknown): JsonObject => {
  const call = objectOf(value);
  const called = objectOf(call['function']);
  const given = called['arguments'];
  return defined({
    ...pick(call, ['index', 'id', 'type']),
    function: defined({
      name: onlyText(called['name']),
      arguments: given === undefined || typeof given === 'string' ? given : JSON.stringify(given),
    }),
  });
};

const messageOf = (value: unknown): JsonObject => {
  const message = objectOf(value);
  const calls = listOf(message['tool_calls']);
  return defined({
    ...pickTexts(message, texts),
    content: contentOf(message['content']),
    tool_calls: calls.length > 0 ? calls.map(callOf) : undefined,
  });
};

const choiceOf = (kind: Call['kind'], streamed: boolean, value: JsonObject): JsonObject => {
  const said =
    kind === 'text'
      ? pickTexts(value, ['text', 'reasoning', 'reasoning_content'])
      : { [streamed ? 'delta' : 'message']: messageOf(value[streamed ? 'delta' : 'message']) };
  return {
    ...pick(value, ['index']),
    ...pickTexts(value, ['finish_reason']),
    ...said,
    // Probabilities name the tokens that a stream holds back: only whole answers, judged at once, may bring them.
    ...(streamed ? (value['logprobs'] === undefined ? {} : { logprobs: null }) : pick(value, ['logprobs'])),
  };
};

const embeddingOf = (value: unknown): JsonObject => pick(objectOf(value), ['object', 'index', 'embedding']);

export const cleanAnswer = (kind: Call['kind'], streamed: boolean, body: JsonObject): JsonObject =>
  kind === 'embed'
    ? { ...pick(body, about), data: listOf(body['data']).map(embeddingOf) }
    : {
        ...pick(body, about),
        choices: listOf(body['choices'])
          .filter(isObject)
          .map((choice) => choiceOf(kind, streamed, choice)),
      };
