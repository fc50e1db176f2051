import { readFileSync } from 'node:fs';
import {
  createInferenceDomain,
  defaultUpstreams,
  parseCatalogue,
  type Catalogue,
  type Firewall,
} from '../domains/inference/index.ts';
import type { LedgerPort } from '../domains/usage/index.ts';
import { createVault } from '../platform/vault/index.ts';
import type { AppOptions } from './options.ts';
import type { Platform } from './platform.ts';

/** The catalogue: servers of the environment, then what the file says. A file that cannot be read stops the start. */
const catalogueOf = ({ config }: AppOptions): Catalogue => {
  const { ollamaBaseUrl, openaiBaseUrl, openaiApiKey, modelsFile, ollamaConcurrency } = config.inference;
  const upstreams = defaultUpstreams({
    ollamaBaseUrl,
    openaiBaseUrl,
    hasOpenaiKey: openaiApiKey !== undefined,
    ollamaConcurrency,
  });
  if (modelsFile === undefined) return { upstreams, models: [] };
  try {
    const file = parseCatalogue(readFileSync(modelsFile, 'utf8'), new Set(upstreams.map(({ name }) => name)));
    const named = new Set(file.upstreams.map(({ name }) => name));
    return {
      upstreams: [...file.upstreams, ...upstreams.filter(({ name }) => !named.has(name))],
      models: file.models,
    };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`GPUSHIELD_MODELS_FILE (${modelsFile}): ${why}`, { cause });
  }
};

export const buildInference = (
  options: AppOptions,
  platform: Platform,
  deps: { readonly firewall: Firewall; readonly ledger: LedgerPort },
) => {
  const { config } = options;
  const { scopedTokens } = platform.identity;
  if (scopedTokens === undefined) throw new Error('Inference needs scoped tokens');
  const { limits, deadlineMs, maxPromptBytes, openaiApiKey } = config.inference;
  const catalogue = catalogueOf(options);
  const inVault = catalogue.upstreams.find(({ apiKeyVault }) => apiKeyVault !== undefined);
  if (inVault !== undefined && config.vault === undefined) {
    throw new Error(
      `GPUSHIELD_MODELS_FILE: the key of ${inVault.name} is in Vault: set VAULT_ADDR, and VAULT_TOKEN or VAULT_ROLE_ID and VAULT_SECRET_ID`,
    );
  }
  return createInferenceDomain({
    ...options,
    ...deps,
    limits,
    deadlineMs,
    maxPromptBytes,
    scopedTokens,
    random: Math.random,
    limiter: platform.limits.limiter,
    outbound: platform.outbound,
    sealer: platform.sealer,
    catalogue,
    vault:
      config.vault === undefined
        ? undefined
        : createVault({ ...options, outbound: platform.outbound }, config.vault),
    environmentKeys: { openai: openaiApiKey },
  });
};
