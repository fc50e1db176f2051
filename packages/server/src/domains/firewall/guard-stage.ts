import type { Logger } from 'pino';
import type { Guard } from './deps.ts';
import type { Hit } from './hit.ts';
import type { Policy } from './policy/settings.ts';

/** A guard model that takes longer has failed. */
const guardDeadlineMs = 2000;
/** What a guard model is shown of a text: its context is small. */
const guardChars = 8000;

const around = (text: string, hit: Hit): string => {
  if (text.length <= guardChars) return text;
  const middle = Math.floor((hit.start + hit.end) / 2);
  const start = Math.max(0, Math.min(text.length - guardChars, middle - guardChars / 2));
  return text.slice(start, start + guardChars);
};

type SecondStage = { readonly guard: Guard | undefined; readonly log: Logger };

/** The strongest hit of the uncertain middle; undefined where there is none, or where something blocks by itself. */
const uncertainOf = (policy: Policy, hits: readonly Hit[]): Hit | undefined => {
  const worst = hits.filter(({ kind }) => kind === 'injection').toSorted((a, b) => b.score - a.score)[0];
  if (worst === undefined || worst.score >= policy.injectionThreshold) return undefined;
  return worst.score >= policy.uncertainFrom ? worst : undefined;
};

/**
 * The second stage: asks the guard model about a text whose strongest injection hit is in the uncertain middle, once.
 * Without a guard the hits stay as they are. When the guard fails or is late, the policy says whether the hit blocks.
 */
export const askGuard = async (
  stage: SecondStage,
  policy: Policy,
  text: string,
  hits: readonly Hit[],
  signal: AbortSignal,
): Promise<readonly Hit[]> => {
  const hit = uncertainOf(policy, hits);
  if (stage.guard === undefined || hit === undefined) return hits;
  const judged = await judgedBy(stage.guard, stage.log, policy, text, hit, signal);
  return hits.map((one) => (one === hit ? judged : one));
};

const judgedBy = async (
  guard: Guard,
  log: Logger,
  policy: Policy,
  text: string,
  hit: Hit,
  signal: AbortSignal,
): Promise<Hit> => {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(guardDeadlineMs)]);
  const late = new Promise<never>((_, reject) => {
    deadline.addEventListener('abort', () => reject(new Error('The guard model was too late')), {
      once: true,
    });
  });
  try {
    const opinion = await Promise.race([guard(around(text, hit), deadline), late]);
    if (!opinion.unsafe)
      return {
        ...hit,
        score: Math.min(hit.score, policy.uncertainFrom / 2),
        reason: `${hit.reason}; the guard model found nothing`,
      };
    return {
      ...hit,
      type: 'guard_model',
      score: Math.max(opinion.score, policy.injectionThreshold),
      reason: 'The guard model calls it an attack',
    };
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ err: error }, 'the guard model failed; the policy decides');
    if (policy.guardOnFailure === 'allow') return hit;
    return {
      ...hit,
      type: 'guard_failed',
      score: policy.injectionThreshold,
      reason: `${hit.reason}; the guard model failed, and the policy blocks then`,
    };
  }
};
