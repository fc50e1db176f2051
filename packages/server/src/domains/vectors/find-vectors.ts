import type { VectorQuery } from '@gpushield/contracts';
import { AppError } from '../../platform/errors.ts';
import type { RequestContext } from '../../platform/http/route.ts';
import { takeOrRefuse } from '../../platform/limits/refuse.ts';
import { queryPolicy, type VectorsDeps } from './deps.ts';
import { exactSearch } from './exact-search.ts';
import { findNamespace, hasPgvector, pgvectorSearch, readItems } from './store.ts';

const defaultMatches = 10;

const invalid = (detail: string): AppError => new AppError('validation_failed', { detail });

/** An extension comes and goes by an administrator's hand: it is looked for this often, and not at each query. */
const lookedForMs = 60_000;

/** Whether pgvector is there, as of the last minute. */
export const createPgvectorCheck = ({
  db,
  clock,
}: Pick<VectorsDeps, 'db' | 'clock'>): (() => Promise<boolean>) => {
  let known: { readonly answer: Promise<boolean>; readonly untilMs: number } | undefined;
  return () => {
    const nowMs = clock.monotonicMs();
    if (known !== undefined && nowMs < known.untilMs) return known.answer;
    const answer = hasPgvector(db);
    const asked = { answer, untilMs: nowMs + lookedForMs };
    known = asked;
    answer.catch(() => {
      if (known === asked) known = undefined;
    });
    return answer;
  };
};

/** The nearest vectors of a namespace of the caller's. Errors: `not_found`, whoever else has one of that name. */
export const findVectors = async (
  deps: VectorsDeps & { readonly pgvector: () => Promise<boolean> },
  name: string,
  query: VectorQuery,
  ctx: RequestContext,
) => {
  const ownerId = ctx.principal.id;
  await takeOrRefuse(deps.limiter, [{ policy: queryPolicy, key: ownerId }]);
  const namespace = await findNamespace(deps.db, ownerId, name);
  if (namespace === undefined) throw new AppError('not_found', { detail: `There is no namespace ${name}` });
  const { text, filter = {}, top_k: topK = defaultMatches } = query;
  if ((query.values === undefined) === (text === undefined))
    throw invalid('A query has either values or a text');
  if (text !== undefined && namespace.model === null) {
    throw invalid('This namespace was made without a model: ask with values');
  }
  const values = query.values ?? (await deps.embed(namespace.model ?? '', [text ?? ''], ctx))[0] ?? [];
  if (values.length !== namespace.dimensions) {
    throw invalid(`Vectors of this namespace have ${String(namespace.dimensions)} dimensions`);
  }
  const search = {
    ownerId,
    namespace: name,
    values,
    metric: namespace.metric,
    filter: JSON.stringify(filter),
    topK,
  };
  const matches = (await deps.pgvector())
    ? await pgvectorSearch(deps.db, search)
    : await exactSearch(deps.db, search);
  const rows = await readItems(
    deps.db,
    ownerId,
    name,
    matches.map(({ id }) => id),
  );
  const byId = new Map(rows.map((row) => [row.id, row]));
  return {
    matches: matches.flatMap(({ id, score }) => {
      const row = byId.get(id);
      if (row === undefined) return [];
      const { content, metadata, embedding } = row;
      return [
        {
          id,
          score,
          text: content,
          metadata,
          ...(query.include_values === true ? { values: embedding } : {}),
        },
      ];
    }),
  };
};
