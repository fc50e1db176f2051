import { createLru } from '../../platform/lru.ts';
import type { FirewallDomainDeps } from './deps.ts';
import type { Finding, FirewallContext } from './types.ts';

/** This many blocked calls of one principal within the window are worth a person's look. */
const repeatedFrom = 3;
const windowMs = 10 * 60_000;
const principalsMax = 5000;

interface Count {
  sinceMs: number;
  blocked: number;
}

export interface Alerting {
  /** Counts a verdict that blocked; the third of one principal and kind in ten minutes raises an alert. */
  blocked(context: FirewallContext, finding: Finding): void;
  /** Waits for alerts under way. */
  settle(): Promise<void>;
}

/** Counts in memory: each replica by itself, so an alert comes after at most three blocked calls on each of them. */
export const createAlerting = ({
  db,
  clock,
  alerts,
  log,
}: Pick<FirewallDomainDeps, 'db' | 'clock' | 'alerts' | 'log'>): Alerting => {
  const counts = createLru<Count>(principalsMax);
  const running = new Set<Promise<void>>();
  const raise = async (context: FirewallContext, finding: Finding, occurrences: number): Promise<void> => {
    await db.transaction((tx) =>
      alerts.raise(tx, {
        title: `Repeated ${finding.kind} findings of one principal`,
        description: `The firewall blocked calls of ${context.principalId} to ${context.model} again and again: ${finding.reason}.`,
        severity: finding.kind === 'canary' || finding.kind === 'exfiltration' ? 'high' : 'medium',
        source: 'firewall',
        fingerprint: `firewall:${finding.kind}:${context.principalId}`,
        evidence: {
          principal_id: context.principalId,
          model: context.model,
          session_id: context.sessionId,
          kind: finding.kind,
          type: finding.type,
          score: finding.score,
        },
        occurrences,
      }),
    );
  };
  return {
    blocked: (context, finding) => {
      const key = `${finding.kind}\u0000${context.principalId}`;
      const nowMs = clock.nowMs();
      const known = counts.get(key);
      const count =
        known === undefined || nowMs - known.sinceMs > windowMs ? { sinceMs: nowMs, blocked: 0 } : known;
      count.blocked += 1;
      counts.set(key, count);
      if (count.blocked < repeatedFrom) return;
      const occurrences = count.blocked;
      count.blocked = 0;
      const work = raise(context, finding, occurrences)
        .catch((error: unknown) => {
          log.error({ err: error }, 'an alert about repeated firewall findings could not be raised');
        })
        .finally(() => running.delete(work));
      running.add(work);
    },
    settle: async () => {
      await Promise.all(running);
    },
  };
};
