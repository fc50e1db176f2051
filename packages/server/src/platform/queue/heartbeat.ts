import type { Clock } from '../clock.ts';
import type { Held, Holding } from './held.ts';

export interface HeartbeatDeps {
  readonly clock: Clock;
  readonly holding: Holding;
  readonly visibilityMs: number;
  /** Extends deliveries in the database; answers the ids of those that are still ours. */
  readonly extend: (held: readonly Held[]) => Promise<ReadonlySet<string>>;
  readonly onLost: (held: readonly Held[]) => void;
  readonly onError: (error: unknown) => void;
}

// Two heartbeats may fail before a third of the visibility is left, in which the handler is told to end.
const ticksPerVisibility = 6;
const extendBelowShare = 2 / 3;
/** Deliveries of one statement. */
const maxExtended = 5_000;

/** Extends what is held until `stop`. A delivery that cannot be extended in time is given up before others can see it. */
export const startHeartbeat = (deps: HeartbeatDeps): { stop(): void } => {
  const { clock, holding, visibilityMs } = deps;
  const tickMs = visibilityMs / ticksPerVisibility;
  let underWay = false;

  const extendDue = async (): Promise<void> => {
    // From before the statement: the database counts from later, so this is never too long.
    const startedMs = clock.monotonicMs();
    const due = holding
      .all()
      .filter(({ untilMs }) => untilMs - startedMs <= visibilityMs * extendBelowShare)
      .slice(0, maxExtended);
    if (due.length === 0) return;
    const ours = await deps.extend(due);
    const lost: Held[] = [];
    for (const held of due) {
      if (ours.has(held.id)) held.untilMs = startedMs + visibilityMs;
      else if (holding.has(held)) {
        holding.lose(held, 'visibility_lost');
        lost.push(held);
      }
    }
    if (lost.length > 0) deps.onLost(lost);
  };

  const timer = setInterval(() => {
    const expired = holding.expire(tickMs);
    if (expired.length > 0) deps.onLost(expired);
    if (underWay) return;
    underWay = true;
    extendDue()
      .catch(deps.onError)
      .finally(() => {
        underWay = false;
      });
  }, tickMs);
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
};
