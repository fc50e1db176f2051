import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/index.ts';
import type { Route } from '../../platform/http/route.ts';
import type { ScopedTokens } from '../../platform/identity/index.ts';
import type { Limiter } from '../../platform/limits/index.ts';
import { createCircuitBoard, type OutboundClient } from '../../platform/outbound/index.ts';
import type { Secret } from '../../platform/secrets/index.ts';
import type { Sealer } from '../../platform/secrets/seal-types.ts';
import type { Vault } from '../../platform/vault/index.ts';
import type { LedgerPort } from '../usage/index.ts';
import { createDirectory, type Directory } from './catalogue/directory.ts';
import { createEmbedTexts } from './embed-texts.ts';
import type { Firewall } from './firewall-port.ts';
import { createGuardOpinion } from './guard-opinion.ts';
import { createFairQueue, defaultQueue } from './limits/fair-queue.ts';
import { userPolicies, type UserLimits } from './limits/policies.ts';
import { createScopedToken } from './routes/create-scoped-token.ts';
import { generate } from './routes/generate.ts';
import { catalogueRoutes } from './routes/catalogue.ts';
import { createResponse } from './routes/create-response.ts';
import { ollamaCalls } from './routes/ollama-calls.ts';
import { ollamaModels } from './routes/ollama-models.ts';
import { openaiCalls } from './routes/openai-calls.ts';
import { openaiModels } from './routes/openai-models.ts';
import { createRunCall } from './run-call.ts';
import type { Catalogue } from './types.ts';
import { createUpstreamClient } from './upstream/client.ts';
import { createOllamaAdapter } from './upstream/ollama-adapter.ts';
import { createOpenaiAdapter } from './upstream/openai-adapter.ts';
import { createUpstreamRouter } from './upstream/router.ts';
import { createUpstreamKeys } from './upstream-keys.ts';

export { parseCatalogue } from './catalogue/parse-catalogue.ts';
export { defaultUpstreams } from './catalogue/default-upstreams.ts';
export type { Firewall } from './firewall-port.ts';
export { callErrors } from './routes/common.ts';
export { sealedUpstreamKeys } from './upstream-keys-store.ts';
export type { Catalogue } from './types.ts';

export interface InferenceDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly limiter: Limiter;
  readonly outbound: OutboundClient;
  readonly sealer: Sealer;
  readonly scopedTokens: ScopedTokens;
  readonly firewall: Firewall;
  readonly ledger: LedgerPort;
  readonly catalogue: Catalogue;
  /** Keys of the environment, by the upstream's name. */
  readonly environmentKeys: Readonly<Record<string, Secret | undefined>>;
  /** Where the catalogue may say that keys are. */
  readonly vault: Vault | undefined;
  readonly limits: UserLimits;
  readonly deadlineMs: number;
  readonly maxPromptBytes: number;
}

const circuit = { failuresMax: 5, windowMs: 60_000, openMs: 2000, openMaxMs: 30_000 };

const routerOf = (
  deps: InferenceDeps,
  directory: Directory,
  client: ReturnType<typeof createUpstreamClient>,
) => {
  const { clock, newId, random, log } = deps;
  const openai = createOpenaiAdapter();
  const ollama = createOllamaAdapter({ newId, nowMs: () => clock.nowMs() });
  return createUpstreamRouter({
    directory,
    client,
    adapters: { openai, ollama },
    circuits: createCircuitBoard({
      clock,
      settings: circuit,
      onChange: (upstream, state) => {
        log.warn({ upstream, state }, 'the circuit of a model server changed');
      },
    }),
    queue: createFairQueue(defaultQueue),
    clock,
    random,
  });
};

/** One hardened endpoint for the models of every server in the catalogue (seed 3). */
export const createInferenceDomain = (deps: InferenceDeps) => {
  const keys = createUpstreamKeys({ ...deps, environment: deps.environmentKeys });
  const client = createUpstreamClient({ outbound: deps.outbound, keys: keys.get });
  const directory = createDirectory({ ...deps, client });
  const router = routerOf(deps, directory, client);
  const runCall = createRunCall({ ...deps, directory, router, policies: userPolicies(deps.limits) });
  const routes: readonly Route[] = [
    createScopedToken(deps),
    generate({ runCall }),
    ...openaiCalls({ runCall }),
    createResponse({ ...deps, runCall }),
    ...openaiModels({ directory }),
    ...ollamaCalls({ ...deps, runCall }),
    ...ollamaModels({ directory, client }),
    ...catalogueRoutes({ ...deps, directory, forgetKey: keys.forget }),
  ];
  return {
    routes,
    port: { embed: createEmbedTexts(runCall), guardWith: createGuardOpinion({ directory, router }) },
    start: async () => directory.start(),
    stop: async () => {
      directory.stop();
      deps.vault?.stop();
    },
  };
};
