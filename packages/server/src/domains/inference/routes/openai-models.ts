import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { Directory } from '../catalogue/directory.ts';
import { visibleModels } from '../visible-models.ts';
import type { Model } from '../types.ts';
import { callAccess } from './common.ts';

const OpenaiModel = Type.Object({
  id: Type.String(),
  object: Type.Literal('model'),
  created: Type.Integer(),
  owned_by: Type.String(),
});

const present = ({ name, created, targets }: Model) => ({
  id: name,
  object: 'model' as const,
  created,
  owned_by: targets[0]?.upstream ?? 'gpushield',
});

/** GET /v1/models and /v1/models/{model}, as OpenAI's clients call them: what this caller may use. */
export const openaiModels = ({ directory }: { readonly directory: Directory }): readonly Route[] => [
  defineRoute({
    method: 'GET',
    path: '/v1/models',
    operationId: 'listOpenaiModels',
    summary: 'The models that the caller may use, as OpenAI lists them',
    tag: 'OpenAI',
    access: callAccess('models:read'),
    audit: { when: 'with', action: 'model.list', resource: 'models' },
    effect: 'read',
    errorForm: 'openai',
    schema: {
      responses: { 200: Type.Object({ object: Type.Literal('list'), data: Type.Array(OpenaiModel) }) },
    },
    handler: async (_input, { principal }) =>
      ok({ object: 'list', data: (await visibleModels(directory, principal)).map(present) }),
  }),
  defineRoute({
    method: 'GET',
    path: '/v1/models/:model',
    operationId: 'getOpenaiModel',
    summary: 'One model, as OpenAI shows it',
    tag: 'OpenAI',
    access: callAccess('models:read'),
    audit: { when: 'with', action: 'model.read', resource: 'model:{model}' },
    effect: 'read',
    errorForm: 'openai',
    schema: {
      params: Type.Object({ model: Type.String({ minLength: 1, maxLength: 256 }) }),
      responses: { 200: OpenaiModel },
    },
    errors: ['model_not_found'],
    handler: async ({ params }, { principal }) => {
      const models = await visibleModels(directory, principal);
      const found = directory.find(params.model);
      const visible = models.find(({ name }) => name === found?.name);
      if (visible === undefined) throw new AppError('model_not_found');
      return ok(present(visible));
    },
  }),
];
