import type { VectorRecord, VectorUpsert } from '@gpushield/contracts';
import { AppError } from '../../platform/errors.ts';
import type { RequestContext } from '../../platform/http/route.ts';
import { maxNamespaces, maxVectors, type VectorsDeps } from './deps.ts';
import {
  countOwned,
  findNamespace,
  insertNamespace,
  lockOwner,
  upsertItems,
  type Item,
  type NamespaceRow,
} from './store.ts';

const invalid = (detail: string, field: string): AppError =>
  new AppError('validation_failed', { detail, errors: [{ field, message: detail }] });

const quota = (detail: string): AppError =>
  new AppError('conflict', {
    detail,
    remediation: 'Delete vectors or namespaces that are no longer needed.',
  });

const requireOneForm = (records: readonly VectorRecord[]): void => {
  const ids = new Set<string>();
  for (const [index, { id, values, text }] of records.entries()) {
    if (values === undefined && text === undefined) {
      throw invalid('A record needs values, or a text to make them of', `/records/${String(index)}`);
    }
    if (ids.has(id)) throw invalid(`The id ${id} is there twice`, `/records/${String(index)}/id`);
    ids.add(id);
  }
};

/** Records with their values: texts without values go through the gateway, all of them in one call. */
const itemsOf = async (
  deps: VectorsDeps,
  records: readonly VectorRecord[],
  model: string | undefined,
  ctx: RequestContext,
): Promise<readonly Item[]> => {
  const texts = records.flatMap(({ values, text }) =>
    values === undefined && text !== undefined ? [text] : [],
  );
  if (texts.length > 0 && model === undefined) {
    throw invalid('Texts need the model that makes vectors of them', '/model');
  }
  const made = texts.length === 0 || model === undefined ? [] : await deps.embed(model, texts, ctx);
  let next = 0;
  return records.map(({ id, values, text, metadata }) => ({
    id,
    values: values ?? made[next++] ?? [],
    content: text ?? null,
    metadata: metadata ?? {},
  }));
};

const requireDimensions = (items: readonly Item[], dimensions: number): void => {
  const wrong = items.findIndex(({ values }) => values.length !== dimensions);
  if (wrong === -1) return;
  throw invalid(
    `Vectors of this namespace have ${String(dimensions)} dimensions; this one has ${String(items[wrong]?.values.length)}`,
    `/records/${String(wrong)}/values`,
  );
};

/** Vectors of two models have nothing to do with each other: no search could tell them apart. */
const requireModel = (namespace: Pick<NamespaceRow, 'model'>, model: string | undefined): void => {
  if (model === undefined || model === namespace.model) return;
  throw invalid(
    namespace.model === null
      ? 'This namespace was made without a model: send values'
      : `The vectors of this namespace are made by ${namespace.model}`,
    '/model',
  );
};

/** Puts vectors into a namespace of the caller's. The first ones make it, and fix its dimensions, metric and model. */
export const putVectors = async (
  deps: VectorsDeps,
  name: string,
  body: VectorUpsert,
  ctx: RequestContext,
): Promise<{ readonly upserted: number; readonly dimensions: number }> => {
  requireOneForm(body.records);
  const ownerId = ctx.principal.id;
  const known = await findNamespace(deps.db, ownerId, name);
  // Before anything is spent on texts; and again below, for what changes meanwhile.
  if (known !== undefined) requireModel(known, body.model);
  const model = body.model ?? known?.model ?? undefined;
  const items = await itemsOf(deps, body.records, model, ctx);
  const at = new Date(deps.clock.nowMs());
  return deps.db.transaction(async (tx) => {
    await lockOwner(tx, ownerId);
    const owned = await countOwned(tx, ownerId);
    let namespace: Omit<NamespaceRow, 'vectors'> | undefined = await findNamespace(tx, ownerId, name);
    if (namespace === undefined) {
      if (owned.namespaces >= maxNamespaces)
        throw quota(`A user has at most ${String(maxNamespaces)} namespaces`);
      const dimensions = items[0]?.values.length ?? 0;
      const { metric = 'cosine' } = body;
      namespace = { name, dimensions, metric, model: model ?? null, created_at: at };
      requireDimensions(items, dimensions);
      await insertNamespace(tx, ownerId, namespace);
    } else if (body.metric !== undefined && body.metric !== namespace.metric) {
      throw invalid(`This namespace is searched by ${namespace.metric}`, '/metric');
    }
    requireModel(namespace, model);
    requireDimensions(items, namespace.dimensions);
    const fresh = await upsertItems(tx, ownerId, name, items, at);
    if (owned.vectors + fresh > maxVectors) throw quota(`A user has at most ${String(maxVectors)} vectors`);
    return { upserted: items.length, dimensions: namespace.dimensions };
  });
};
