import type { Tx } from '../../../platform/database/types.ts';
import type { AddressedEvent } from '../../../platform/webhooks/index.ts';
import { decideCrossings, nextLevel, type Subscription } from '../crossings/decide.ts';
import { crossingMessage } from '../crossings/message.ts';
import { findSubscriptions } from '../crossings/subscription-store.ts';
import { explainState, type RuleScoring } from '../rules/index.ts';
import type { ScoreState } from '../types.ts';
import { raiseRiskAlerts, standingAlert, type RiskAlertDeps } from './raise-risk-alerts.ts';
import {
  insertHistory,
  updateScores,
  type HistoryPoint,
  type ScoreChange,
  type ScoredProcess,
} from './score-store.ts';

export interface SettleDeps extends RiskAlertDeps {
  readonly newId: () => string;
  readonly publishEach: (tx: Tx, events: readonly AddressedEvent[]) => Promise<void>;
}

/** A locked process with the state that it has from now on. */
export interface Settlement {
  readonly process: ScoredProcess;
  readonly state: ScoreState | null;
  readonly next: ScoreState | null;
  readonly epoch: number;
  readonly cause: HistoryPoint['cause'];
}

const namedRules = 5;

const concerning = (subscriptions: readonly Subscription[], { agentId }: ScoredProcess) =>
  subscriptions.filter((one) => one.agentId === null || one.agentId === agentId);

interface Settled {
  readonly change: ScoreChange;
  readonly messages: readonly AddressedEvent[];
}

const settleOne = (
  deps: SettleDeps,
  settlement: Settlement,
  scoring: RuleScoring,
  subscriptions: readonly Subscription[],
  now: Date,
): Settled => {
  const { process, state, next, epoch, cause } = settlement;
  const nowMs = now.getTime();
  const risk = state === null ? 0 : scoring.riskAt(state, nowMs);
  const waiting = concerning(subscriptions, process);
  const { crossings, toldAbove } = decideCrossings(risk, process.toldAbove, waiting);
  const level = nextLevel(risk, toldAbove, waiting);
  const fallsAtMs =
    state === null || level === undefined ? undefined : scoring.fallsBelowAt(state, level, nowMs);
  const rules =
    state === null || crossings.length === 0
      ? []
      : explainState(scoring, state, nowMs)
          .slice(0, namedRules)
          .map(({ rule }) => rule);
  return {
    messages: crossings.map((crossing) => crossingMessage(process, crossing, { risk, at: now, rules })),
    change: {
      processId: process.processId,
      state,
      next,
      epoch,
      risk,
      riskAt: now,
      fallsAt: fallsAtMs === undefined ? null : new Date(fallsAtMs),
      scoredAt: cause === 'decay' ? process.scoredAt : now,
      toldAbove,
      alertId: standingAlert(deps, scoring, process, now),
    },
  };
};

/**
 * Writes the states of locked processes with all that follows: the risk, its history, the webhooks of every threshold
 * that it crossed, and an alert where it is high. All of it commits with the caller's transaction or not at all.
 */
export const settle = async (
  deps: SettleDeps,
  tx: Tx,
  scoring: RuleScoring,
  settlements: readonly Settlement[],
  now: Date,
): Promise<void> => {
  if (settlements.length === 0) return;
  const agentIds = [...new Set(settlements.map(({ process }) => process.agentId))];
  const subscriptions = await findSubscriptions(tx, agentIds);
  const settled = settlements.map((one) => settleOne(deps, one, scoring, subscriptions, now));
  const alertIds = await raiseRiskAlerts(
    deps,
    tx,
    scoring,
    settlements.map(({ process, state }, index) => ({
      process,
      state,
      risk: settled[index]?.change.risk ?? 0,
      alertId: settled[index]?.change.alertId ?? null,
    })),
    now,
  );
  await updateScores(
    tx,
    settled.map(({ change }) => ({ ...change, alertId: alertIds.get(change.processId) ?? change.alertId })),
  );
  await insertHistory(
    tx,
    now,
    settled.map(({ change }, index) => ({
      id: deps.newId(),
      processId: change.processId,
      risk: change.risk,
      cause: settlements[index]?.cause ?? 'events',
    })),
  );
  await deps.publishEach(
    tx,
    settled.flatMap(({ messages }) => messages),
  );
};
