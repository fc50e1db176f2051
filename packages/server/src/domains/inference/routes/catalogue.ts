import { ModelList, UpstreamInfo, type ModelInfo } from '@gpushield/contracts';
import { Type } from 'typebox';
import type { Clock } from '../../../platform/clock.ts';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, noContent, ok, transactionOf, type Route } from '../../../platform/http/route.ts';
import type { Sealer } from '../../../platform/secrets/seal-types.ts';
import type { Directory } from '../catalogue/directory.ts';
import type { Model } from '../types.ts';
import { deleteSealedKey, keyPurpose, putSealedKey } from '../upstream-keys-store.ts';
import { visibleModels } from '../visible-models.ts';

export interface CatalogueDeps {
  readonly directory: Directory;
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** The key of this server was changed. */
  readonly forgetKey: (upstream: string) => void;
}

const presentModel = (directory: Directory, model: Model): ModelInfo => {
  const status = new Map(directory.health().map((one) => [one.upstream, one.status]));
  return {
    name: model.name,
    targets: model.targets.map((target) => ({ ...target, status: status.get(target.upstream) ?? 'unknown' })),
    fallbacks: [...model.fallbacks],
    context_tokens: model.contextTokens ?? null,
    max_output_tokens: model.maxOutputTokens,
    price: model.price,
    gpu_share: model.gpuShare,
  };
};

const listModels = ({ directory }: CatalogueDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/models',
    operationId: 'listModels',
    summary: 'The models that the caller may use, with their servers, limits and prices',
    tag: 'Inference',
    access: { scope: 'models:read' },
    audit: { when: 'with', action: 'model.list', resource: 'models' },
    effect: 'read',
    schema: { responses: { 200: ModelList } },
    handler: async (_input, { principal }) =>
      ok({
        data: (await visibleModels(directory, principal)).map((model) => presentModel(directory, model)),
      }),
  });

const listUpstreams = ({ directory }: CatalogueDeps): Route =>
  defineRoute({
    method: 'GET',
    path: '/api/v1/upstreams',
    operationId: 'listUpstreams',
    summary: 'The model servers and how they are doing',
    tag: 'Inference',
    access: { scope: 'models:write' },
    audit: { when: 'with', action: 'upstream.list', resource: 'upstreams' },
    effect: 'read',
    schema: { responses: { 200: Type.Object({ data: Type.Array(UpstreamInfo) }) } },
    handler: async () => {
      await directory.ready();
      const health = new Map(directory.health().map((one) => [one.upstream, one]));
      return ok({
        data: directory.upstreams().map(({ name, kind, url, concurrency }) => {
          const found = health.get(name);
          const at = found?.checkedAtMs ?? null;
          return {
            name,
            kind,
            url,
            concurrency,
            status: found?.status ?? 'unknown',
            checked_at: at === null ? null : new Date(at).toISOString(),
            detail: found?.detail ?? '',
          };
        }),
      });
    },
  });

const params = Type.Object({ upstream: Type.String({ minLength: 1, maxLength: 128 }) });

const putKey = (deps: CatalogueDeps): Route =>
  defineRoute({
    method: 'PUT',
    path: '/api/v1/upstreams/:upstream/key',
    operationId: 'putUpstreamKey',
    summary: 'The key that a model server wants; it is sealed, and never shown again',
    tag: 'Inference',
    access: { scope: 'models:write' },
    audit: { when: 'before', action: 'upstream.key.put', resource: 'upstream:{upstream}' },
    effect: 'transaction',
    bodyLimitBytes: 16 * 1024,
    schema: {
      params,
      body: Type.Object(
        { key: Type.String({ minLength: 1, maxLength: 8192, pattern: '^[\\x21-\\x7e]+$' }) },
        { additionalProperties: false },
      ),
      responses: { 204: null },
    },
    errors: ['not_found'],
    handler: async (input, ctx) => {
      const { upstream } = input.params;
      if (deps.directory.upstream(upstream) === undefined) throw new AppError('not_found');
      await putSealedKey(transactionOf(ctx), {
        upstream,
        sealed: deps.sealer.seal(input.body.key, keyPurpose(upstream)),
        at: new Date(deps.clock.nowMs()),
        by: ctx.principal.id,
      });
      deps.forgetKey(upstream);
      return noContent();
    },
  });

const deleteKey = (deps: CatalogueDeps): Route =>
  defineRoute({
    method: 'DELETE',
    path: '/api/v1/upstreams/:upstream/key',
    operationId: 'deleteUpstreamKey',
    summary: 'Forgets the sealed key of a model server',
    tag: 'Inference',
    access: { scope: 'models:write' },
    audit: { when: 'before', action: 'upstream.key.delete', resource: 'upstream:{upstream}' },
    effect: 'transaction',
    schema: { params, responses: { 204: null } },
    errors: ['not_found'],
    handler: async (input, ctx) => {
      const gone = await deleteSealedKey(transactionOf(ctx), input.params.upstream);
      deps.forgetKey(input.params.upstream);
      if (gone) return noContent();
      throw new AppError('not_found', { detail: 'No key is kept for this model server' });
    },
  });

/** What operators see and change of models and their servers. */
export const catalogueRoutes = (deps: CatalogueDeps): readonly Route[] => [
  listModels(deps),
  listUpstreams(deps),
  putKey(deps),
  deleteKey(deps),
];
