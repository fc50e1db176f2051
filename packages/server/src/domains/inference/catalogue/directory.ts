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
  /** Waits for the first answers; then asks again now and then until `stop`. */
  start(): Promise<void>;
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

export const createDirectory = (deps: {
  readonly catalogue: Catalogue;
  readonly client: UpstreamClient;
  readonly clock: Clock;
  readonly log: Logger;
}): Directory => {
  const { catalogue, client, clock, log } = deps;
  const upstreams = new Map(catalogue.upstreams.map((one) => [one.name, one]));
  const listed = new Map<string, readonly Model[]>();
  const health = new Map<string, UpstreamHealth>();
  let models = new Map(catalogue.models.map((model) => [model.name, model]));
  let timer: NodeJS.Timeout | undefined;

  const rebuild = (): void => {
    const next = new Map(catalogue.models.map((model) => [model.name, model]));
    for (const model of [...listed.values()].flat()) if (!next.has(model.name)) next.set(model.name, model);
    models = next;
  };
  const ask = async (upstream: Upstream): Promise<void> => {
    const path = upstream.kind === 'ollama' ? '/api/tags' : '/models';
    const checkedAtMs = clock.nowMs();
    try {
      const body = await client.get(upstream, path, discoveryTimeoutMs);
      if (upstream.discover) {
        listed.set(
          upstream.name,
          listedNames(upstream.kind, body).map(({ name, created }) =>
            discoveredModel(upstream, name, created),
          ),
        );
      }
      health.set(upstream.name, {
        upstream: upstream.name,
        status: 'healthy',
        checkedAtMs,
        detail: 'answers',
      });
    } catch (error) {
      // What it served before stays listed: it may be back for the next request.
      const detail = error instanceof Error ? error.message : 'does not answer';
      if (health.get(upstream.name)?.status !== 'unhealthy')
        log.warn({ upstream: upstream.name, detail }, 'a model server does not answer');
      health.set(upstream.name, { upstream: upstream.name, status: 'unhealthy', checkedAtMs, detail });
    }
  };
  const refresh = async (): Promise<void> => {
    await Promise.all([...upstreams.values()].map(ask));
    rebuild();
  };
  const later = (): void => {
    timer = setTimeout(() => {
      void refresh().then(() => {
        if (timer !== undefined) later();
      });
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
    start: async () => {
      if (upstreams.size === 0) return;
      await refresh();
      later();
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
};
