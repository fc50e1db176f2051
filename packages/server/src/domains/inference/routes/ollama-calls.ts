import { ModelName } from '@gpushield/contracts';
import { Type, type TSchema } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { Directory } from '../catalogue/directory.ts';
import { objectOf, textOf, type JsonObject } from '../json.ts';
import { ollamaEmbedPresenter, ollamaPresenter } from '../protocol/ollama-presenter.ts';
import { ollamaChatCall, ollamaEmbedCall, ollamaGenerateCall } from '../protocol/ollama-request.ts';
import type { Presenter } from '../protocol/presenter.ts';
import type { RunCall } from '../run-call.ts';
import type { Call } from '../types.ts';
import { visibleModels } from '../visible-models.ts';
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
];

const OllamaModel = Type.Object({ name: Type.String(), model: Type.String() });

const tags = (directory: Directory): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/tags',
    operationId: 'ollamaTags',
    summary: 'The models that the caller may use, as Ollama lists them',
    tag: 'Ollama',
    access: callAccess('models:read'),
    audit: { when: 'with', action: 'model.list', resource: 'models' },
    effect: 'read',
    errorForm: 'ollama',
    schema: { responses: { 200: Type.Object({ models: Type.Array(OllamaModel) }) } },
    handler: async (_input, { principal }) =>
      ok({
        models: visibleModels(directory, principal).map(({ name, created }) => ({
          name,
          model: name,
          modified_at: new Date(created * 1000).toISOString(),
          size: 0,
          digest: '',
          details: { format: '', family: '', families: [], parameter_size: '', quantization_level: '' },
        })),
      }),
  });

/** /api/chat, /api/generate, /api/embed and /api/tags, as Ollama's clients call them. */
export const ollamaCalls = (deps: {
  readonly runCall: RunCall;
  readonly directory: Directory;
  readonly clock: Clock;
}): readonly Route[] => [
  ...forms.map((form) =>
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
  ),
  tags(deps.directory),
];
