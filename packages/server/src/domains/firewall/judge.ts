import type { FirewallAction, PiiType } from '@gpushield/contracts';
import type { Hit } from './hit.ts';
import type { Policy } from './policy/settings.ts';
import type { Action, Finding, PartKind } from './types.ts';

/** What a policy says about one hit; undefined where it does not count. */
export const actionOn = (policy: Policy, hit: Hit): FirewallAction => {
  switch (hit.kind) {
    case 'injection':
      return hit.score >= policy.injectionThreshold ? 'block' : 'allow';
    case 'toxicity':
      return hit.score >= policy.toxicityThreshold ? policy.toxicity : 'allow';
    case 'secret':
      return policy.secrets;
    case 'exfiltration':
      return policy.exfiltration;
    case 'canary':
      return 'block';
    case 'pii':
      return policy.pii[hit.type as PiiType];
  }
};

const rank: Readonly<Record<Action, number>> = { allow: 0, mask: 1, block: 2 };
export const compareActions = (a: Action, b: Action): number => rank[a] - rank[b];
export const severer = (a: Action, b: Action): Action => (compareActions(a, b) >= 0 ? a : b);

export const findingOf = (hit: Hit, path: string): Finding => ({
  kind: hit.kind,
  type: hit.type,
  score: Math.round(hit.score * 1000) / 1000,
  path,
  start: hit.start,
  end: hit.end,
  reason: hit.reason,
});

/**
 * Personal data and secrets of what people and tools write are judged; of system prompts, what tries to take over, and
 * their wording where the policy says so: their owners write as attackers do.
 */
export const counts = (policy: Policy, kind: PartKind, hit: Hit): boolean => {
  if (kind !== 'system' || hit.kind === 'canary') return true;
  return hit.kind === 'injection' && (hit.type !== 'linear_model' || policy.systemMessages === 'judge');
};

/** Replaces what is to be masked by its type, last first; overlapping hits become one. */
export const maskHits = (text: string, hits: readonly Hit[]): string => {
  const sorted = hits.toSorted((a, b) => a.start - b.start || b.end - a.end);
  let out = '';
  let at = 0;
  for (const hit of sorted) {
    if (hit.start < at) {
      at = Math.max(at, hit.end);
      continue;
    }
    out += `${text.slice(at, hit.start)}[${hit.type.toUpperCase()}]`;
    at = hit.end;
  }
  return out + text.slice(at);
};

/** A stretch of a text that a policy lets pass is no finding, unless it is worth knowing. */
export const worthTelling = (policy: Policy, hit: Hit): boolean =>
  actionOn(policy, hit) !== 'allow' || (hit.kind === 'injection' && hit.score >= policy.uncertainFrom);
