import { Value } from 'typebox/value';
import { parse } from 'yaml';
import type { Catalogue, Model, Upstream } from '../types.ts';
import { CatalogueFile, type ModelEntry, type UpstreamEntry } from './schema.ts';

const defaultConcurrency = 8;
const defaultTimeoutSeconds = 120;
export const defaultMaxOutputTokens = 16_384;
export const defaultOutputTokens = 512;

const upstreamOf = (entry: UpstreamEntry): Upstream => ({
  name: entry.name,
  kind: entry.kind,
  url: entry.url.replace(/\/+$/, ''),
  concurrency: entry.concurrency ?? defaultConcurrency,
  timeoutMs: (entry.timeout_seconds ?? defaultTimeoutSeconds) * 1000,
  allowPrivate: entry.allow_private ?? [],
  discover: entry.discover ?? false,
  apiKeyFile: entry.api_key_file,
  apiKeyVault:
    entry.api_key_vault === undefined
      ? undefined
      : { mount: 'secret', field: 'api_key', ...entry.api_key_vault },
});

const modelOf = (entry: ModelEntry): Model => {
  const maxOutputTokens = Math.min(
    entry.max_output_tokens ?? defaultMaxOutputTokens,
    entry.context_tokens ?? Number.MAX_SAFE_INTEGER,
  );
  return {
    name: entry.name,
    targets: entry.targets.map(({ upstream, model, weight }) => ({ upstream, model, weight: weight ?? 1 })),
    fallbacks: entry.fallbacks ?? [],
    contextTokens: entry.context_tokens,
    maxOutputTokens,
    defaultOutputTokens: Math.min(entry.default_output_tokens ?? defaultOutputTokens, maxOutputTokens),
    bytesPerToken: entry.bytes_per_token ?? 1,
    price: entry.price ?? { input: 0, output: 0 },
    gpuShare: entry.gpu_share ?? 1,
    concurrency: entry.concurrency,
    roles: entry.roles ?? [],
    users: entry.users ?? [],
    limits: {
      requestsPerMinute: entry.limits?.requests_per_minute,
      tokensPerMinute: entry.limits?.tokens_per_minute,
      gpuSecondsPerHour: entry.limits?.gpu_seconds_per_hour,
    },
    created: 0,
  };
};

const twice = (names: readonly string[]): string | undefined =>
  names.find((name, index) => names.indexOf(name) !== index);

/** What the parts of a catalogue say of each other and cannot both be true. */
const contradiction = ({ upstreams, models }: Catalogue, known: ReadonlySet<string>): string | undefined => {
  const doubled = twice(upstreams.map(({ name }) => name)) ?? twice(models.map(({ name }) => name));
  if (doubled !== undefined) return `${doubled} is there twice`;
  const both = upstreams.find(
    ({ apiKeyFile, apiKeyVault }) => apiKeyFile !== undefined && apiKeyVault !== undefined,
  );
  if (both !== undefined) return `upstream ${both.name} has its key in a file and in Vault: name one of them`;
  const names = new Set([...known, ...upstreams.map(({ name }) => name)]);
  for (const { name, targets, fallbacks } of models) {
    const missing = targets.find(({ upstream }) => !names.has(upstream));
    if (missing !== undefined)
      return `model ${name} names the upstream ${missing.upstream}, which is not there`;
    if (fallbacks.includes(name)) return `model ${name} is its own fallback`;
  }
  return undefined;
};

/** Aliases of YAML can blow a small file up; a catalogue needs none to speak of. */
const maxAliases = 100;

/**
 * Reads a catalogue file (YAML or JSON). `known` are upstreams that are there beside it. Throws `Error` with what is
 * wrong and where.
 */
export const parseCatalogue = (text: string, known: ReadonlySet<string> = new Set()): Catalogue => {
  const document: unknown = parse(text, { maxAliasCount: maxAliases }) ?? {};
  if (!Value.Check(CatalogueFile, document)) {
    const [first] = Value.Errors(CatalogueFile, document);
    throw new Error(`${first?.instancePath ?? ''} ${first?.message ?? 'is not a catalogue'}`.trim());
  }
  const catalogue = {
    upstreams: (document.upstreams ?? []).map(upstreamOf),
    models: (document.models ?? []).map(modelOf),
  };
  const wrong = contradiction(catalogue, known);
  if (wrong !== undefined) throw new Error(wrong);
  return catalogue;
};

/** A model that an upstream lists and no file names. */
export const discoveredModel = (upstream: Upstream, model: string, created: number): Model => ({
  ...modelOf({ name: model, targets: [{ upstream: upstream.name, model }] }),
  name: model,
  created,
});
