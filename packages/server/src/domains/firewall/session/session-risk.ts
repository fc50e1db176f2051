import { createHash } from 'node:crypto';
import type { FirewallDomainDeps } from '../deps.ts';
import type { FirewallContext } from '../types.ts';
import { addRisk } from './risk-store.ts';

/** Scores below this say nothing about a session, and cost it no statement. */
export const notableScore = 0.1;
/** How much of one call's score stays with its session. */
const carried = 0.5;

const keyOf = ({ principalId, sessionId }: FirewallContext): Buffer =>
  createHash('sha256')
    .update(`${principalId}\u0000${sessionId ?? ''}`)
    .digest();

/** Adds a call's score to its session's risk; answers the risk, 0 where there is no session or nothing to remember. */
export const gatherRisk = async (
  deps: Pick<FirewallDomainDeps, 'db' | 'clock' | 'log'>,
  context: FirewallContext,
  score: number,
): Promise<number> => {
  if (context.sessionId === null || score < notableScore) return 0;
  try {
    return await addRisk(
      deps.db,
      keyOf(context),
      Math.min(0.95, score * carried),
      new Date(deps.clock.nowMs()),
    );
  } catch (error) {
    deps.log.warn({ err: error }, 'the risk of a session could not be kept; this call is judged by itself');
    return 0;
  }
};
