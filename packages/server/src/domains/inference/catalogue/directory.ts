import type { Logger } from 'pino';
import type { Clock } from '../../../platform/clock.ts';
import { listOf, numberOf, objectOf, textOf } from '../json.ts';
import type { Catalogue, Model, Upstream } from '../types.ts';
import type { UpstreamClient } from '../upstream/client.ts';
import { discoveredModel } from './parse-catalogue.ts';

/** How an upstream is doing, as its last discovery or call found it. */
export interface UpstreamHealth {
  readonly upstream: string;
  readonly status: 'unknown' | 'healthy' | 'unhealthy';
  readonly checkedAtMs: number | null;
  readonly detail: string;
}

/** The models there are: those of the catalogue, then those that upstreams list. */
export interface Directory {
  find(name: string): Model | undefined;
  list(): readonly Model[];
  upstream(name: string): Upstream | undefined;
  upstreams(): readonly Upstream[];
  health(): readonly UpstreamHealth[];
  /** Asks every upstream what it serves. Errors are kept as health, never thrown. */
  refresh(): Promise<void>;
  /** Asks for the first time, and now and then until `stop`. Waits for nobody: a server that is away delays no start. */
  start(): void;
  /** Resolves when every server was asked once: what is not found before may be there after it. */
  ready(): Promise<void>;
  stop(): void;
}

const refreshMs = 15_000;
const discoveryTimeoutMs = 3000;
/** An upstream that lists more is taken at the first of them. */
const maxDiscovered = 500;

/** Names of models from `/api/tags` and `/models`. */
const listedNames = (kind: Upstream['kind'], body: unknown): readonly { name: string; created: number }[] => {
  const entries = kind === 'ollama' ? objectOf(body)['models'] : objectOf(body)['data'];
  return listOf(entries)
    .slice(0, maxDiscovered)
    .map((entry) => {
      const { name, id, modified_at: modified, created } = objectOf(entry);
      const atMs = Date.parse(textOf(modified));
      return {
        name: textOf(name) || textOf(id),
        created: numberOf(created) ?? (Number.isNaN(atMs) ? 0 : Math.floor(atMs / 1000)),
      };
    })
    .filter((model) => model.name !== '');
};

/** Ollama's own names carry a tag; without one, `:latest` is meant. */
const latest = ':latest';

export interface DirectoryDeps {
  readonly catalogue: Catalogue;
  readonly client: UpstreamClient;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The catalogue's models go before those of the same name that servers list. */
const merged = (catalogue: Catalogue, listed: ReadonlyMap<string, readonly Model[]>): Map<string, Model> => {
  const models = new Map(catalogue.models.map((model) => [model.name, model]));
  for (const model of [...listed.values()].flat()) if (!models.has(model.name)) models.set(model.name, model);
  return models;
};

/** Asks one server what it serves, and notes how it is. */
const createAsk =
  (
    { client, clock, log }: DirectoryDeps,
    listed: Map<string, readonly Model[]>,
    health: Map<string, UpstreamHealth>,
  ) =>
  async (upstream: Upstream): Promise<void> => {
    const { name, kind } = upstream;
    const checkedAtMs = clock.nowMs();
    try {
      const body = await client.get(
        upstream,
        kind === 'ollama' ? '/api/tags' : '/models',
        discoveryTimeoutMs,
      );
      if (upstream.discover) {
        const models = listedNames(kind, body).map((one) => discoveredModel(upstream, one.name, one.created));
        listed.set(name, models);
      }
      health.set(name, { upstream: name, status: 'healthy', checkedAtMs, detail: 'answers' });
    } catch (error) {
      // What it served before stays listed: it may be back for the next request.
      const detail = error instanceof Error ? error.message : 'does not answer';
      if (health.get(name)?.status !== 'unhealthy')
        log.warn({ upstream: name, detail }, 'a model server does not answer');
      health.set(name, { upstream: name, status: 'unhealthy', checkedAtMs, detail });
    }
  };

export const createDirectory = (deps: DirectoryDeps): Directory => {
  const { catalogue } = deps;
  const upstreams = new Map(catalogue.upstreams.map((one) => [one.name, one]));
  const listed = new Map<string, readonly Model[]>();
  const health = new Map<string, UpstreamHealth>();
  const ask = createAsk(deps, listed, health);
  let models = new Map(catalogue.models.map((model) => [model.name, model]));
  let timer: NodeJS.Timeout | undefined;
  let first = Promise.resolve();
  let stopped = false;

  const refresh = async (): Promise<void> => {
    await Promise.all(
      [...upstreams.values()].map(async (upstream) => {
        await ask(upstream);
        // What one server lists is served while another lets its caller wait.
        models = merged(catalogue, listed);
      }),
    );
  };
  const later = (): void => {
    if (stopped) return;
    timer = setTimeout(() => {
      void refresh().then(later);
    }, refreshMs);
    timer.unref();
  };

  return {
    find: (name) => models.get(name) ?? models.get(`${name}${latest}`),
    list: () => [...models.values()],
    upstream: (name) => upstreams.get(name),
    upstreams: () => [...upstreams.values()],
    health: () =>
      [...upstreams.keys()].map(
        (upstream) =>
          health.get(upstream) ?? { upstream, status: 'unknown', checkedAtMs: null, detail: 'not asked yet' },
      ),
    refresh,
    start: () => {
      if (upstreams.size === 0) return;
      first = refresh();
      void first.then(later);
    },
    ready: () => first,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
};
