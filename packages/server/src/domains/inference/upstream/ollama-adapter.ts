import { AppError } from '../../../platform/errors.ts';
import {
  countOf,
  defined,
  isObject,
  listOf,
  objectOf,
  parseJsonText,
  pick,
  textOf,
  type JsonObject,
} from '../json.ts';
import type { Adapter, Call, ReportedUsage, StreamPiece, Timings, WholeAnswer } from '../types.ts';
import { garbled, linesOf } from './lines.ts';
import { ollamaRequest } from './ollama-request.ts';

const nanosecondsPerSecond = 1e9;
const measures = [
  'total_duration',
  'load_duration',
  'prompt_eval_count',
  'prompt_eval_duration',
  'eval_count',
  'eval_duration',
];

const usageOf = (line: JsonObject): ReportedUsage => ({
  promptTokens: countOf(line['prompt_eval_count']),
  completionTokens: countOf(line['eval_count']),
});

/** The GPU works while it reads the prompt and while it writes; loading the model is not the caller's. */
const timingsOf = (line: JsonObject): Timings => {
  const prompt = countOf(line['prompt_eval_duration']);
  const answer = countOf(line['eval_duration']);
  const total = line['embeddings'] === undefined ? undefined : countOf(line['total_duration']);
  const worked = prompt === undefined && answer === undefined ? total : (prompt ?? 0) + (answer ?? 0);
  return {
    gpuSeconds: worked === undefined ? undefined : worked / nanosecondsPerSecond,
    ollama: pick(line, measures),
  };
};

const finishOf = (line: JsonObject, calledTools: boolean): string => {
  if (calledTools) return 'tool_calls';
  return line['done_reason'] === 'length' ? 'length' : 'stop';
};

interface Made {
  readonly id: string;
  readonly created: number;
  readonly model: string;
}

const toolCallsOf = (message: JsonObject, newId: () => string): readonly JsonObject[] =>
  listOf(message['tool_calls']).map((value, index) => {
    const called = objectOf(objectOf(value)['function']);
    return {
      index,
      id: textOf(objectOf(value)['id']) || `call_${newId()}`,
      type: 'function',
      function: { name: textOf(called['name']), arguments: JSON.stringify(objectOf(called['arguments'])) },
    };
  });

const openaiUsage = ({ promptTokens = 0, completionTokens = 0 }: ReportedUsage): JsonObject => ({
  prompt_tokens: promptTokens,
  completion_tokens: completionTokens,
  total_tokens: promptTokens + completionTokens,
});

const wholeChat = (line: JsonObject, made: Made, newId: () => string): JsonObject => {
  const message = objectOf(line['message']);
  const calls = toolCallsOf(message, newId);
  return {
    ...made,
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        message: defined({
          role: 'assistant',
          content: textOf(message['content']),
          reasoning: textOf(message['thinking']) || undefined,
          tool_calls: calls.length > 0 ? calls.map(({ index: _index, ...call }) => call) : undefined,
        }),
        logprobs: null,
        finish_reason: finishOf(line, calls.length > 0),
      },
    ],
    usage: openaiUsage(usageOf(line)),
  };
};

const wholeText = (line: JsonObject, made: Made): JsonObject => ({
  ...made,
  object: 'text_completion',
  choices: [
    {
      index: 0,
      text: textOf(line['response']),
      reasoning: textOf(line['thinking']) || undefined,
      logprobs: null,
      finish_reason: finishOf(line, false),
    },
  ],
  usage: openaiUsage(usageOf(line)),
});

const wholeEmbed = (line: JsonObject, made: Made): JsonObject => {
  const { promptTokens = 0 } = usageOf(line);
  return {
    object: 'list',
    model: made.model,
    data: listOf(line['embeddings']).map((embedding, index) => ({ object: 'embedding', index, embedding })),
    usage: { prompt_tokens: promptTokens, total_tokens: promptTokens },
  };
};

/** One line of a stream as a chunk of OpenAI's. */
const pieceOf = (
  call: Call,
  line: JsonObject,
  made: Made,
  state: { tools: boolean },
  newId: () => string,
): StreamPiece => {
  const done = line['done'] === true;
  const message = objectOf(line['message']);
  const calls = call.kind === 'chat' ? toolCallsOf(message, newId) : [];
  if (calls.length > 0) state.tools = true;
  const finish = done ? finishOf(line, state.tools) : null;
  const thinking = textOf(message['thinking']) || textOf(line['thinking']) || undefined;
  const choice =
    call.kind === 'chat'
      ? {
          index: 0,
          delta: defined({
            role: 'assistant',
            content: textOf(message['content']),
            reasoning: thinking,
            tool_calls: calls.length > 0 ? calls : undefined,
          }),
          finish_reason: finish,
        }
      : {
          index: 0,
          text: textOf(line['response']),
          reasoning: thinking,
          logprobs: null,
          finish_reason: finish,
        };
  const object = call.kind === 'chat' ? 'chat.completion.chunk' : 'text_completion';
  return {
    chunk: { ...made, object, choices: [choice] },
    usage: done ? usageOf(line) : undefined,
    timings: done ? timingsOf(line) : undefined,
  };
};

export interface OllamaAdapterDeps {
  readonly newId: () => string;
  readonly nowMs: () => number;
}

/** Ollama by its own routes, which say how long the GPU worked. */
export const createOllamaAdapter = ({ newId, nowMs }: OllamaAdapterDeps): Adapter => {
  const make = (call: Call, model: string): Made => ({
    id: `${call.kind === 'chat' ? 'chatcmpl' : 'cmpl'}-${newId()}`,
    created: Math.floor(nowMs() / 1000),
    model,
  });
  return {
    request: ollamaRequest,
    whole: (call, model, answer): WholeAnswer => {
      if (!isObject(answer)) throw garbled('no JSON object');
      const made = make(call, model);
      const forms = {
        chat: () => wholeChat(answer, made, newId),
        text: () => wholeText(answer, made),
        embed: () => wholeEmbed(answer, made),
      };
      return { body: forms[call.kind](), usage: usageOf(answer), timings: timingsOf(answer) };
    },
    pieces: async function* (call, model, body) {
      const made = make(call, model);
      const state = { tools: false };
      let finished = false;
      for await (const text of linesOf(body)) {
        if (text === '') continue;
        const line = parseJsonText(text);
        if (!isObject(line)) throw garbled('a line that is no JSON object');
        if (line['error'] !== undefined) {
          const cause = new Error(textOf(line['error']));
          throw new AppError('upstream_failed', { detail: 'The model server broke off', cause });
        }
        finished ||= line['done'] === true;
        yield pieceOf(call, line, made, state, newId);
      }
      if (!finished) throw garbled('an answer without its end');
    },
  };
};
