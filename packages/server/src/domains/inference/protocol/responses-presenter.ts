import { renderError } from '../../../platform/http/error-forms.ts';
import { listOf, objectOf, pick, textOf, type JsonObject } from '../json.ts';
import type { Charged } from '../limits/measure.ts';
import { choicesOf } from '../screen.ts';
import { eventStream, type Presenter } from './presenter.ts';

interface Call {
  readonly itemId: string;
  callId: string;
  name: string;
  text: string;
}

/** What of an answer is there so far. */
interface State {
  text: string;
  finish: string | undefined;
  readonly calls: Map<number, Call>;
}

const usageOf = ({ promptTokens, completionTokens }: Charged): JsonObject => ({
  input_tokens: promptTokens,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: completionTokens,
  output_tokens_details: { reasoning_tokens: 0 },
  total_tokens: promptTokens + completionTokens,
});

const partOf = (text: string): JsonObject => ({ type: 'output_text', text, annotations: [], logprobs: [] });

const messageItem = (id: string, text: string, status: string): JsonObject => ({
  id,
  type: 'message',
  role: 'assistant',
  status,
  content: status === 'in_progress' ? [] : [partOf(text)],
});

const callItem = ({ itemId, callId, name, text }: Call, status: string): JsonObject => ({
  id: itemId,
  type: 'function_call',
  status,
  call_id: callId,
  name,
  arguments: text,
});

const echoed = [
  'instructions',
  'max_output_tokens',
  'parallel_tool_calls',
  'temperature',
  'tool_choice',
  'tools',
  'top_p',
  'metadata',
  'text',
  'reasoning',
];

const incompleteReason = (finish: string | undefined): string | undefined => {
  if (finish === 'length') return 'max_output_tokens';
  return finish === 'content_filter' ? 'content_filter' : undefined;
};

interface About {
  readonly id: string;
  readonly createdAt: number;
}

/** The response as it is so far. */
const createDraft = (request: JsonObject, { id, createdAt }: About) => {
  const messageId = `msg_${id}`;
  const state: State = { text: '', finish: undefined, calls: new Map() };
  const responseOf = (
    status: string,
    output: readonly JsonObject[],
    usage: JsonObject | null,
  ): JsonObject => {
    const reason = status === 'in_progress' ? undefined : incompleteReason(state.finish);
    return {
      id: `resp_${id}`,
      object: 'response',
      created_at: createdAt,
      status: reason === undefined ? status : 'incomplete',
      error: null,
      incomplete_details: reason === undefined ? null : { reason },
      instructions: null,
      metadata: {},
      parallel_tool_calls: true,
      tool_choice: 'auto',
      tools: [],
      ...pick(request, echoed),
      model: request['model'],
      output,
      output_text: state.text,
      previous_response_id: null,
      store: false,
      usage,
    };
  };
  const output = (status: string): readonly JsonObject[] => [
    ...(state.text === '' && state.calls.size > 0 ? [] : [messageItem(messageId, state.text, status)]),
    ...[...state.calls.values()].map((call) => callItem(call, status)),
  ];
  const gather = (list: unknown): void => {
    for (const [position, value] of listOf(list).entries()) {
      const call = objectOf(value);
      const index = typeof call['index'] === 'number' ? call['index'] : position;
      const { name, arguments: text } = objectOf(call['function']);
      const itemId = `fc_${id}_${String(index)}`;
      const known = state.calls.get(index) ?? { itemId, callId: itemId, name: '', text: '' };
      known.callId = textOf(call['id']) || known.callId;
      known.name ||= textOf(name);
      known.text += textOf(text);
      state.calls.set(index, known);
    }
  };
  return { state, messageId, responseOf, output, gather };
};

/** Events that say what is open and what is done; numbered as they are made. */
const createEvents = ({ state, messageId }: ReturnType<typeof createDraft>) => {
  let sequence = 0;
  let opened = false;
  const event = (type: string, fields: JsonObject): string => {
    const data = { type, sequence_number: sequence, ...fields };
    sequence += 1;
    return `event: ${type}\ndata: ${JSON.stringify(data)}\n\n`;
  };
  const place = { item_id: messageId, output_index: 0, content_index: 0 };
  const open = (): string => {
    if (opened) return '';
    opened = true;
    return (
      event('response.output_item.added', {
        output_index: 0,
        item: messageItem(messageId, '', 'in_progress'),
      }) + event('response.content_part.added', { ...place, part: partOf('') })
    );
  };
  const closeText = (): string =>
    opened
      ? event('response.output_text.done', { ...place, text: state.text, logprobs: [] }) +
        event('response.content_part.done', { ...place, part: partOf(state.text) }) +
        event('response.output_item.done', {
          output_index: 0,
          item: messageItem(messageId, state.text, 'completed'),
        })
      : '';
  const closeCalls = (): string =>
    [...state.calls.values()]
      .map((call, position) => {
        const at = { output_index: (opened ? 1 : 0) + position };
        const { itemId, name, text } = call;
        return (
          event('response.output_item.added', {
            ...at,
            item: callItem({ ...call, text: '' }, 'in_progress'),
          }) +
          event('response.function_call_arguments.delta', { ...at, item_id: itemId, delta: text }) +
          event('response.function_call_arguments.done', { ...at, item_id: itemId, name, arguments: text }) +
          event('response.output_item.done', { ...at, item: callItem(call, 'completed') })
        );
      })
      .join('');

  return { event, open, closeText, closeCalls, place };
};

/** Answers of POST /v1/responses: an object, or its stream of named events. */
export const responsesPresenter = (request: JsonObject, about: About): Presenter => {
  const draft = createDraft(request, about);
  const { state, responseOf, output, gather } = draft;
  const { event, open, closeText, closeCalls, place } = createEvents(draft);
  return {
    contentType: eventStream,
    whole: (body, { charged }) => {
      const choice = choicesOf(body)[0];
      const message = objectOf(choice?.['message']);
      state.text = textOf(message['content']);
      state.finish = textOf(choice?.['finish_reason']);
      gather(message['tool_calls']);
      return responseOf('completed', output('completed'), usageOf(charged));
    },
    start: () =>
      event('response.created', { response: responseOf('in_progress', [], null) }) +
      event('response.in_progress', { response: responseOf('in_progress', [], null) }),
    piece: (chunk) => {
      const choice = choicesOf(chunk)[0];
      const delta = objectOf(choice?.['delta']);
      state.finish = textOf(choice?.['finish_reason']) || state.finish;
      gather(delta['tool_calls']);
      const text = textOf(delta['content']);
      if (text === '') return '';
      state.text += text;
      return open() + event('response.output_text.delta', { ...place, delta: text, logprobs: [] });
    },
    end: ({ charged }) => {
      const nothing = state.text === '' && state.calls.size === 0 ? open() : '';
      const closed = nothing + closeText() + closeCalls();
      const response = responseOf('completed', output('completed'), usageOf(charged));
      const type = response['status'] === 'completed' ? 'response.completed' : 'response.incomplete';
      return closed + event(type, { response });
    },
    broken: (error, correlationId) => {
      const { body } = renderError('openai', error, { instance: '', correlationId });
      return event('error', { ...objectOf(Reflect.get(body, 'error')) });
    },
  };
};
