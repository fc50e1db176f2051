import { ModelName } from '@gpushield/contracts';
import { Type, type TSchema } from 'typebox';
import { defineRoute, type Route } from '../../../platform/http/route.ts';
import { isObject, withoutNulls, type JsonObject } from '../json.ts';
import { openaiPresenter } from '../protocol/openai-presenter.ts';
import type { RunCall } from '../run-call.ts';
import type { Call } from '../types.ts';
import { callAccess, callAudit, callBodyBytes, callErrors } from './common.ts';

/** Fields that the gateway itself understands; all others pass to the model server as they are. */
const tokens = Type.Integer({ minimum: 1, maximum: 10_000_000 });
const common = {
  model: ModelName,
  stream: Type.Optional(Type.Union([Type.Boolean(), Type.Null()])),
  stream_options: Type.Optional(Type.Unknown()),
  max_tokens: Type.Optional(Type.Union([tokens, Type.Null()])),
  max_completion_tokens: Type.Optional(Type.Union([tokens, Type.Null()])),
  n: Type.Optional(Type.Union([Type.Integer({ minimum: 1, maximum: 16 }), Type.Null()])),
};
const content = Type.Optional(
  Type.Union([
    Type.String(),
    Type.Null(),
    Type.Array(Type.Object({ type: Type.String() }), { maxItems: 1024 }),
  ]),
);

export const ChatRequest = Type.Object({
  ...common,
  messages: Type.Array(Type.Object({ role: Type.String({ maxLength: 64 }), content }), {
    minItems: 1,
    maxItems: 4096,
  }),
  tools: Type.Optional(Type.Array(Type.Object({}), { maxItems: 512 })),
});
const manyTexts = Type.Union([Type.String(), Type.Array(Type.Unknown(), { maxItems: 4096 })]);
export const CompletionRequest = Type.Object({ ...common, prompt: manyTexts });
export const EmbeddingRequest = Type.Object({
  model: ModelName,
  input: manyTexts,
  dimensions: Type.Optional(Type.Integer({ minimum: 1, maximum: 65_536 })),
});

const Answer = Type.Object({ object: Type.Optional(Type.String()), model: Type.Optional(Type.String()) });

/** A prompt of one text in a list is that text; Ollama takes no list. */
const single = (body: JsonObject): JsonObject => {
  const { prompt } = body;
  return Array.isArray(prompt) && prompt.length === 1 ? { ...body, prompt: prompt[0] as unknown } : body;
};

const route = (
  runCall: RunCall,
  about: {
    readonly kind: Call['kind'];
    readonly path: string;
    readonly operationId: string;
    readonly summary: string;
    readonly body: TSchema;
    readonly scope: 'llm:generate' | 'llm:embed';
  },
): Route =>
  defineRoute({
    method: 'POST',
    path: about.path,
    operationId: about.operationId,
    summary: about.summary,
    tag: 'OpenAI',
    access: callAccess(about.scope),
    audit: callAudit(about.kind === 'embed' ? 'llm.embed' : 'llm.generate'),
    effect: 'recorded',
    bodyLimitBytes: callBodyBytes,
    errorForm: 'openai',
    schema: { body: about.body, responses: { 200: Answer } },
    errors: callErrors,
    handler: (input, ctx) => {
      const body = single(withoutNulls(input.body));
      const stream = about.kind !== 'embed' && body['stream'] === true;
      return runCall(
        { kind: about.kind, body, ollama: {}, stream },
        openaiPresenter(isObject(body) ? body : {}, about.kind),
        ctx,
      );
    },
  });

/** POST /v1/chat/completions, /v1/completions and /v1/embeddings, as OpenAI's clients call them. */
export const openaiCalls = ({ runCall }: { readonly runCall: RunCall }): readonly Route[] => [
  route(runCall, {
    kind: 'chat',
    path: '/v1/chat/completions',
    operationId: 'createChatCompletion',
    summary: 'Chat, as OpenAI has it: streams, tools, JSON mode and pictures included',
    body: ChatRequest,
    scope: 'llm:generate',
  }),
  route(runCall, {
    kind: 'text',
    path: '/v1/completions',
    operationId: 'createCompletion',
    summary: 'Continues a text, as OpenAI has it',
    body: CompletionRequest,
    scope: 'llm:generate',
  }),
  route(runCall, {
    kind: 'embed',
    path: '/v1/embeddings',
    operationId: 'createEmbedding',
    summary: 'Vectors of texts, as OpenAI has it',
    body: EmbeddingRequest,
    scope: 'llm:embed',
  }),
];
