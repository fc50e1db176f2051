import { ModelName } from '@gpushield/contracts';
import { Type, type TSchema } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import { defineRoute, type Route } from '../../../platform/http/route.ts';
import { objectOf, textOf, type JsonObject } from '../json.ts';
import {
  ollamaEmbeddingPresenter,
  ollamaEmbedPresenter,
  ollamaPresenter,
} from '../protocol/ollama-presenter.ts';
import {
  ollamaChatCall,
  ollamaEmbedCall,
  ollamaEmbeddingCall,
  ollamaGenerateCall,
} from '../protocol/ollama-request.ts';
import type { Presenter } from '../protocol/presenter.ts';
import type { RunCall } from '../run-call.ts';
import type { Call } from '../types.ts';
import { callAccess, callAudit, callBodyBytes, callErrors } from './common.ts';

const stream = Type.Optional(Type.Boolean());
const options = Type.Optional(Type.Object({}));
const images = Type.Optional(Type.Array(Type.String(), { maxItems: 64 }));

const ChatRequest = Type.Object({
  model: ModelName,
  messages: Type.Optional(
    Type.Array(
      Type.Object({
        role: Type.String({ maxLength: 64 }),
        content: Type.Optional(Type.String()),
        images,
      }),
      { maxItems: 4096 },
    ),
  ),
  tools: Type.Optional(Type.Array(Type.Object({}), { maxItems: 512 })),
  stream,
  options,
});
const GenerateRequest = Type.Object({
  model: ModelName,
  prompt: Type.Optional(Type.String()),
  suffix: Type.Optional(Type.String()),
  system: Type.Optional(Type.String()),
  images,
  stream,
  options,
});
const EmbedRequest = Type.Object({
  model: ModelName,
  input: Type.Union([Type.String(), Type.Array(Type.String(), { maxItems: 4096 })]),
  options,
});

const EmbeddingsRequest = Type.Object({ model: ModelName, prompt: Type.String(), options });

const Answer = Type.Object({ model: Type.Optional(Type.String()) });

interface Form {
  readonly path: string;
  readonly operationId: string;
  readonly summary: string;
  readonly body: TSchema;
  readonly scope: 'llm:generate' | 'llm:embed';
  readonly call: (body: JsonObject) => Call;
  readonly presenter: (model: string, now: () => Date) => Presenter;
}

const forms: readonly Form[] = [
  {
    path: '/api/chat',
    operationId: 'ollamaChat',
    summary: 'Chat, as Ollama has it',
    body: ChatRequest,
    scope: 'llm:generate',
    call: ollamaChatCall,
    presenter: (model, now) => ollamaPresenter('chat', { model, now }),
  },
  {
    path: '/api/generate',
    operationId: 'ollamaGenerate',
    summary: 'One prompt, as Ollama has it',
    body: GenerateRequest,
    scope: 'llm:generate',
    call: ollamaGenerateCall,
    presenter: (model, now) => ollamaPresenter('generate', { model, now }),
  },
  {
    path: '/api/embed',
    operationId: 'ollamaEmbed',
    summary: 'Vectors of texts, as Ollama has it',
    body: EmbedRequest,
    scope: 'llm:embed',
    call: ollamaEmbedCall,
    presenter: (model) => ollamaEmbedPresenter(model),
  },
  {
    path: '/api/embeddings',
    operationId: 'ollamaEmbeddings',
    summary: 'The vector of one text, as Ollama had it before /api/embed',
    body: EmbeddingsRequest,
    scope: 'llm:embed',
    call: ollamaEmbeddingCall,
    presenter: () => ollamaEmbeddingPresenter(),
  },
];

/** /api/chat, /api/generate, /api/embed and its forerunner /api/embeddings, as Ollama's clients call them. */
export const ollamaCalls = (deps: { readonly runCall: RunCall; readonly clock: Clock }): readonly Route[] =>
  forms.map((form) =>
    defineRoute({
      method: 'POST',
      path: form.path,
      operationId: form.operationId,
      summary: form.summary,
      tag: 'Ollama',
      access: callAccess(form.scope),
      audit: callAudit(form.scope === 'llm:embed' ? 'llm.embed' : 'llm.generate'),
      effect: 'recorded',
      bodyLimitBytes: callBodyBytes,
      errorForm: 'ollama',
      schema: { body: form.body, responses: { 200: Answer } },
      errors: callErrors,
      handler: (input, ctx) => {
        const body = objectOf(input.body);
        const now = (): Date => new Date(deps.clock.nowMs());
        return deps.runCall(form.call(body), form.presenter(textOf(body['model']), now), ctx);
      },
    }),
  );
