import type { Logger } from 'pino';
import type { Database, Subscription } from '../../../platform/database/types.ts';
import { allPolicies, policyChannel } from './policy-store.ts';
import { defaultPolicy, resolvePolicy, type Policy, type PolicyRow } from './settings.ts';

export interface PolicyCache {
  of(model: string, principalId: string): Policy;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Reads the policies now. */
  refresh(): Promise<void>;
}

/** A message may be lost with its connection: policies are read again this often. */
const rereadMs = 30_000;
const resolvedMax = 5000;

/**
 * All policies in memory. They change by NOTIFY at once, else within 30 s. While they could never be read, the defaults
 * hold, which block.
 */
export const createPolicyCache = ({
  db,
  log,
}: {
  readonly db: Database;
  readonly log: Logger;
}): PolicyCache => {
  let rows: readonly PolicyRow[] = [];
  const resolved = new Map<string, Policy>();
  let subscription: Subscription | undefined;
  let timer: NodeJS.Timeout | undefined;
  const refresh = async (): Promise<void> => {
    rows = await allPolicies(db);
    resolved.clear();
  };
  const tryRefresh = (): void => {
    refresh().catch((error: unknown) => {
      log.warn({ err: error }, 'firewall policies could not be read; those of before hold');
    });
  };
  return {
    of: (model, principalId) => {
      if (rows.length === 0) return defaultPolicy;
      const key = `${model}\u0000${principalId}`;
      const known = resolved.get(key);
      if (known !== undefined) return known;
      const policy = resolvePolicy(rows, model, principalId);
      if (resolved.size >= resolvedMax) resolved.clear();
      resolved.set(key, policy);
      return policy;
    },
    refresh,
    start: async () => {
      subscription = await db.listen(policyChannel, {
        onNotification: tryRefresh,
        onConnection: (connected) => connected && tryRefresh(),
      });
      await refresh().catch((error: unknown) => {
        log.warn({ err: error }, 'firewall policies could not be read; the defaults hold');
      });
      timer = setInterval(tryRefresh, rereadMs);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await subscription?.close();
    },
  };
};
