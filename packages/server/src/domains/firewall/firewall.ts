import type { Alerting } from './alerting.ts';
import type { FirewallDomainDeps, Guard } from './deps.ts';
import type { Engine } from './engine.ts';
import { askGuard } from './guard-stage.ts';
import type { Hit } from './hit.ts';
import { inspectOutputText } from './inspect-text.ts';
import { actionOn, compareActions, counts, findingOf, maskHits, severer, worthTelling } from './judge.ts';
import { findCanaries } from './output/canaries.ts';
import { openScreen } from './output/screen.ts';
import type { PolicyCache } from './policy/policy-cache.ts';
import type { Policy } from './policy/settings.ts';
import type { Inspect } from './remembered.ts';
import { gatherRisk, notableScore } from './session/session-risk.ts';
import type { Action, Finding, Firewall, FirewallContext, Part, Verdict } from './types.ts';

const nothing: Verdict = { action: 'allow', reportOnly: false, score: 0, findings: [], masked: new Map() };
/** A payload split over turns is judged as one text, up to this length of its last turns. */
const joinedChars = 8000;
/** A verdict names at most this many findings; all of them are acted upon. */
const findingsMax = 1000;

export interface FirewallParts extends Pick<FirewallDomainDeps, 'db' | 'clock' | 'log' | 'onVerdict'> {
  readonly engine: Engine;
  readonly inspect: Inspect;
  readonly policies: PolicyCache;
  readonly alerting: Alerting;
  readonly guard: () => Guard | undefined;
  /** Gathers no session's risk. */
  readonly forgetful?: boolean;
}

interface Judged {
  readonly part: Part;
  readonly hits: readonly Hit[];
}

interface Located {
  readonly hit: Hit;
  readonly path: string;
}

/** What several turns of the user say together, where none of them says it alone. */
const joinedTurns = (parts: readonly Part[]): Part | undefined => {
  const turns = parts.filter(({ kind }) => kind === 'user');
  const last = turns.at(-1);
  if (turns.length < 2 || last === undefined) return undefined;
  return {
    ...last,
    text: turns
      .map(({ text }) => text)
      .join(' ')
      .slice(-joinedChars),
  };
};

/** What the policy does most about comes first, of equals the highest score. */
const bySeverity = (policy: Policy, hits: readonly Located[]): readonly Finding[] =>
  hits
    .toSorted(
      (a, b) => compareActions(actionOn(policy, b.hit), actionOn(policy, a.hit)) || b.hit.score - a.hit.score,
    )
    .slice(0, findingsMax)
    .map(({ hit, path }) => findingOf(hit, path));

const verdictOf = (policy: Policy, judged: readonly Judged[]): Verdict => {
  let action: Action = 'allow';
  const found: Located[] = [];
  const masked = new Map<string, string>();
  let score = 0;
  for (const { part, hits } of judged) {
    const toMask = hits.filter((hit) => actionOn(policy, hit) === 'mask');
    if (toMask.length > 0) masked.set(part.path, maskHits(part.text, toMask));
    for (const hit of hits) {
      action = severer(action, actionOn(policy, hit));
      if (hit.kind !== 'pii' && hit.kind !== 'secret') score = Math.max(score, hit.score);
      if (worthTelling(policy, hit)) found.push({ hit, path: part.path });
    }
  }
  return {
    action,
    reportOnly: policy.reportOnly,
    score: Math.round(score * 1000) / 1000,
    findings: bySeverity(policy, found),
    masked,
  };
};

const worst = (judged: readonly Judged[]): Hit | undefined =>
  judged
    .flatMap(({ hits }) => hits)
    .filter(({ kind }) => kind === 'injection')
    .reduce<Hit | undefined>((a, b) => (a === undefined || b.score > a.score ? b : a), undefined);

/** The session's risk lifts a suspicious call over the threshold; a call without any suspicion is never blocked for it. */
const withSession = async (
  parts: FirewallParts,
  policy: Policy,
  context: FirewallContext,
  judged: readonly Judged[],
): Promise<readonly Judged[]> => {
  const hit = worst(judged);
  if (hit === undefined || hit.score < notableScore) return judged;
  const risk = parts.forgetful === true ? 0 : await gatherRisk(parts, context, hit.score);
  if (risk < policy.sessionRiskThreshold || hit.score >= policy.injectionThreshold) return judged;
  const raised: Hit = {
    ...hit,
    type: 'session_risk',
    score: Math.max(risk, policy.injectionThreshold),
    reason: 'Suspicious by itself, and the session has gathered risk before',
  };
  return judged.map((one) => (one.hits.includes(hit) ? { ...one, hits: [...one.hits, raised] } : one));
};

const inspectParts = async (
  deps: FirewallParts,
  policy: Policy,
  { parts, principalId }: { readonly parts: readonly Part[]; readonly principalId: string },
  signal: AbortSignal,
): Promise<readonly Judged[]> => {
  const judged: Judged[] = [];
  for (const part of parts) {
    const found = (await deps.inspect(principalId, part.text, signal)).filter((hit) =>
      counts(policy, part.kind, hit),
    );
    const second = { guard: deps.guard(), log: deps.log };
    judged.push({ part, hits: await askGuard(second, policy, part.text, found, signal) });
  }
  const joined = joinedTurns(parts);
  if (joined === undefined) return judged;
  const together = (await deps.inspect(principalId, joined.text, signal)).filter(
    ({ kind, score }) => kind === 'injection' && score >= policy.injectionThreshold,
  );
  const alone = worst(judged)?.score ?? 0;
  if (together.length === 0 || alone >= policy.injectionThreshold) return judged;
  const length = parts.findLast(({ path }) => path === joined.path)?.text.length ?? 0;
  const split = together.slice(0, 1).map((hit): Hit => ({
    ...hit,
    type: 'split_payload',
    start: 0,
    end: length,
    reason: 'The turns of the conversation together are worded as a prompt attack',
  }));
  return [...judged, { part: joined, hits: split }];
};

/** The firewall on its engine: what was found, what the policy says about it, and what is remembered. */
export const createFirewall = (deps: FirewallParts): Firewall => {
  const conclude = (context: FirewallContext, verdict: Verdict, direction: 'input' | 'output'): Verdict => {
    deps.onVerdict(verdict, direction);
    const [finding] = verdict.findings;
    if (verdict.action === 'block' && finding !== undefined) deps.alerting.blocked(context, finding);
    return verdict;
  };
  return {
    inspectInput: async ({ parts, ...context }, signal) => {
      const policy = deps.policies.of(context.model, context.principalId);
      if (!policy.enabled) return nothing;
      const judged = await inspectParts(deps, policy, { parts, principalId: context.principalId }, signal);
      return conclude(context, verdictOf(policy, await withSession(deps, policy, context, judged)), 'input');
    },
    inspectOutput: async ({ text, ...context }) => {
      const policy = deps.policies.of(context.model, context.principalId);
      if (!policy.enabled) return nothing;
      const hits = [
        ...(await inspectOutputText(deps.engine, text, policy.allowedLinkHosts)),
        ...findCanaries(text, policy.canaries),
      ];
      return conclude(
        context,
        verdictOf(policy, [{ part: { kind: 'assistant', text, path: '' }, hits }]),
        'output',
      );
    },
    openOutput: (context) =>
      openScreen({
        engine: deps.engine,
        policy: deps.policies.of(context.model, context.principalId),
        onVerdict: (verdict) => conclude(context, verdict, 'output'),
      }),
  };
};
