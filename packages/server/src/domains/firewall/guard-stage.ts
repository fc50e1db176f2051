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

/**
 * The second stage: asks the guard model about an injection hit of the uncertain middle. Without a guard the hit stays
 * as it is. When the guard fails or is late, the policy says whether the hit blocks.
 */
export const askGuard = async (
  { guard, log }: { readonly guard: Guard | undefined; readonly log: Logger },
  policy: Policy,
  text: string,
  hit: Hit,
  signal: AbortSignal,
): Promise<Hit> => {
  const uncertain =
    hit.kind === 'injection' && hit.score >= policy.uncertainFrom && hit.score < policy.injectionThreshold;
  if (guard === undefined || !uncertain) return hit;
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
