import { ModelName } from '@gpushield/contracts';
import { Type } from 'typebox';
import { AppError } from '../../../platform/errors.ts';
import { defineRoute, ok, type Route } from '../../../platform/http/route.ts';
import type { Principal } from '../../../platform/identity/index.ts';
import type { Directory } from '../catalogue/directory.ts';
import { isObject, listOf, objectOf, pick, textOf, type JsonObject } from '../json.ts';
import type { Model, Upstream } from '../types.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { visibleModels } from '../visible-models.ts';
import { callAccess } from './common.ts';

interface Deps {
  readonly directory: Directory;
  readonly client: Pick<UpstreamClient, 'get' | 'post'>;
}

/** Ollama's protocol as these routes speak it; clients ask for it to know what they may expect. */
const protocolVersion = '0.17.0';
/** A model server that takes longer to tell what it has is left out. */
const askTimeoutMs = 3000;

const common = { tag: 'Ollama', effect: 'read', errorForm: 'ollama' } as const;
const access = callAccess('models:read');
const noDetails = { format: '', family: '', families: [], parameter_size: '', quantization_level: '' };
const detailNames = Object.keys(noDetails);
const OllamaModel = Type.Object({ name: Type.String(), model: Type.String() });

const detailsOf = (value: unknown): JsonObject => ({ ...noDetails, ...pick(objectOf(value), detailNames) });

const tags = ({ directory }: Deps): Route =>
  defineRoute({
    ...common,
    method: 'GET',
    path: '/api/tags',
    operationId: 'ollamaTags',
    summary: 'The models that the caller may use, as Ollama lists them',
    access,
    audit: { when: 'with', action: 'model.list', resource: 'models' },
    schema: { responses: { 200: Type.Object({ models: Type.Array(OllamaModel) }) } },
    handler: async (_input, { principal }) =>
      ok({
        models: (await visibleModels(directory, principal)).map(({ name, created }) => ({
          name,
          model: name,
          modified_at: new Date(created * 1000).toISOString(),
          size: 0,
          digest: '',
          details: noDetails,
        })),
      }),
  });

const version = (): Route =>
  defineRoute({
    ...common,
    method: 'GET',
    path: '/api/version',
    operationId: 'ollamaVersion',
    summary: 'The version of Ollama whose protocol is spoken here',
    access,
    audit: { when: 'with', action: 'model.version', resource: 'models' },
    schema: { responses: { 200: Type.Object({ version: Type.String() }) } },
    handler: async () => ok({ version: protocolVersion }),
  });

/** The servers of Ollama's kind that a model runs on, each with the model's name there. */
const ollamaTargets = (directory: Directory, model: Model): readonly (readonly [Upstream, string])[] =>
  model.targets.flatMap((target): readonly (readonly [Upstream, string])[] => {
    const upstream = directory.upstream(target.upstream);
    return upstream?.kind === 'ollama' ? [[upstream, target.model]] : [];
  });

const tagged = (name: string): string => (name.includes(':') ? name : `${name}:latest`);

/** What one server has in its memory now, under the names that the caller knows. */
const runningOn = async (
  { directory, client }: Deps,
  upstream: Upstream,
  visible: readonly Model[],
): Promise<readonly JsonObject[]> => {
  const answer = await client.get(upstream, '/api/ps', askTimeoutMs).catch(() => undefined);
  const loaded = new Map(
    listOf(objectOf(answer)['models'])
      .filter(isObject)
      .map((one) => [tagged(textOf(one['name'])), one]),
  );
  return visible.flatMap((model): readonly JsonObject[] => {
    const [, there] = ollamaTargets(directory, model).find(([one]) => one.name === upstream.name) ?? [];
    const one = there === undefined ? undefined : loaded.get(tagged(there));
    if (one === undefined) return [];
    const about = pick(one, ['size', 'digest', 'expires_at', 'size_vram', 'context_length']);
    return [{ name: model.name, model: model.name, ...about, details: detailsOf(one['details']) }];
  });
};

const running = (deps: Deps): Route =>
  defineRoute({
    ...common,
    method: 'GET',
    path: '/api/ps',
    operationId: 'ollamaRunning',
    summary: 'The models that are loaded on servers of Ollama, of those that the caller may use',
    access,
    audit: { when: 'with', action: 'model.list', resource: 'models' },
    schema: { responses: { 200: Type.Object({ models: Type.Array(OllamaModel) }) } },
    handler: async (_input, { principal }) => {
      const visible = await visibleModels(deps.directory, principal);
      const servers = deps.directory.upstreams().filter(({ kind }) => kind === 'ollama');
      const lists = await Promise.all(servers.map((upstream) => runningOn(deps, upstream, visible)));
      return ok({ models: lists.flat() });
    },
  });

const findVisible = async (directory: Directory, principal: Principal, name: string): Promise<Model> => {
  const models = await visibleModels(directory, principal);
  const found = directory.find(name);
  const model = models.find((one) => one.name === found?.name);
  if (model === undefined)
    throw new AppError('model_not_found', { detail: `There is no model ${name.slice(0, 128)}` });
  return model;
};

/** Of what a server tells of a model: not its system prompt, nor files and paths of the server. */
const shownFields = ['license', 'parameters', 'template', 'capabilities', 'modified_at'];

/** The long lists of a tokenizer are for those who own the server. */
const infoOf = (value: unknown): JsonObject =>
  Object.fromEntries(
    Object.entries(objectOf(value)).filter(([, one]) => one !== null && typeof one !== 'object'),
  );

/** A model that no server of Ollama's kind runs, as far as the catalogue knows it. */
const shownWithout = ({ contextTokens }: Model): JsonObject => ({
  license: '',
  parameters: '',
  template: '',
  details: noDetails,
  model_info: {
    'general.architecture': 'gpushield',
    ...(contextTokens === undefined ? {} : { 'gpushield.context_length': contextTokens }),
  },
  capabilities: ['completion'],
});

const show = (deps: Deps): Route =>
  defineRoute({
    ...common,
    method: 'POST',
    path: '/api/show',
    operationId: 'ollamaShow',
    summary: 'One model, as Ollama shows it',
    access,
    audit: { when: 'with', action: 'model.read', resource: 'models' },
    schema: {
      body: Type.Object({
        model: Type.Optional(ModelName),
        name: Type.Optional(ModelName),
        verbose: Type.Optional(Type.Boolean()),
      }),
      responses: {
        200: Type.Object({
          details: Type.Object({}),
          capabilities: Type.Optional(Type.Array(Type.String())),
        }),
      },
    },
    errors: ['model_not_found', 'upstream_refused', 'upstream_failed', 'upstream_timeout', 'unavailable'],
    handler: async ({ body }, { principal, signal }) => {
      const model = await findVisible(deps.directory, principal, body.model ?? body.name ?? '');
      const [target] = ollamaTargets(deps.directory, model);
      if (target === undefined) return ok(shownWithout(model));
      const [upstream, there] = target;
      const within = AbortSignal.any([signal, AbortSignal.timeout(askTimeoutMs)]);
      const answer = objectOf(await deps.client.post(upstream, '/api/show', { model: there }, within));
      const { details, model_info: info } = answer;
      return ok({ ...pick(answer, shownFields), details: detailsOf(details), model_info: infoOf(info) });
    },
  });

/** /api/tags, /api/ps, /api/show and /api/version, as Ollama's clients call them. */
export const ollamaModels = (deps: Deps): readonly Route[] => [
  tags(deps),
  running(deps),
  show(deps),
  version(),
];
