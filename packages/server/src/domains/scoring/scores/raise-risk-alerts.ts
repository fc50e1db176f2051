import type { Tx } from '../../../platform/database/types.ts';
import { boundedFingerprint, type AlertsPort } from '../../alerts/index.ts';
import { riskLevels } from '../crossings/decide.ts';
import { explainState, type RuleScoring } from '../rules/index.ts';
import type { ScoreState } from '../types.ts';
import type { ScoredProcess } from './score-store.ts';

export interface RiskAlertDeps {
  readonly alerts: Pick<AlertsPort, 'raise'>;
  /** The risk, 0 to 100, at which a process raises an alert: once until the risk has gone. */
  readonly alertThreshold: number;
}

interface Judged {
  readonly process: ScoredProcess;
  readonly state: ScoreState | null;
  readonly risk: number;
  /** See `standingAlert`. */
  readonly alertId: string | null;
}

const criticalRisk = 90;
const evidenceRules = 10;
const round = (value: number): number => Math.round(value * 100) / 100;

const evidenceOf = (scoring: RuleScoring, { process, state, risk }: Judged, now: Date) => ({
  process_id: process.processId,
  agent_id: process.agentId,
  pid: process.pid,
  risk_score: round(risk),
  command: process.command,
  executable: process.executable?.slice(0, 500) ?? null,
  user_name: process.userName,
  container_id: process.containerId,
  image: process.image,
  pod: process.pod,
  namespace: process.namespace,
  job_id: process.jobId,
  contributions: (state === null ? [] : explainState(scoring, state, now.getTime()))
    .slice(0, evidenceRules)
    .map(({ rule, title, technique, weight, atMs }) => ({
      rule,
      title,
      technique,
      weight,
      timestamp: new Date(atMs).toISOString(),
    })),
});

/** Below this, nothing is left of what an alert was about. */
const goneRisk = Math.min(...riskLevels);

/**
 * The process's alert, unless its risk has gone since: what comes then is worth another alert. Agents that tell no start
 * of their processes use a pid again, too, and the later process must not be silent for the earlier one's alert.
 */
export const standingAlert = (
  { alertThreshold }: Pick<RiskAlertDeps, 'alertThreshold'>,
  scoring: RuleScoring,
  { alertId, state }: Pick<ScoredProcess, 'alertId' | 'state'>,
  now: Date,
): string | null => {
  const left = state === null ? 0 : scoring.riskAt(state, now.getTime());
  return left < Math.min(goneRisk, alertThreshold) ? null : alertId;
};

/** Raises an alert for each process above the threshold that has none; answers the alerts' ids by process. */
export const raiseRiskAlerts = async (
  deps: RiskAlertDeps,
  tx: Tx,
  scoring: RuleScoring,
  judged: readonly Judged[],
  now: Date,
): Promise<ReadonlyMap<string, string>> => {
  const raised = new Map<string, string>();
  const grave = judged
    .filter(({ alertId, risk }) => alertId === null && risk >= deps.alertThreshold)
    .map((one) => ({ ...one, fingerprint: boundedFingerprint('risk', one.process.processId) }))
    .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  for (const one of grave) {
    const { process, risk, fingerprint } = one;
    const what = process.command ?? process.executable?.slice(0, 100) ?? `process ${String(process.pid)}`;
    const { alertId } = await deps.alerts.raise(tx, {
      title: `${what} behaves dangerously (risk ${String(Math.round(risk))})`.slice(0, 200),
      description: `The process ${process.processId} reached a risk of ${String(round(risk))} out of 100.`,
      severity: Math.round(risk) >= criticalRisk ? 'critical' : 'high',
      source: 'scoring',
      fingerprint,
      nodeId: process.nodeId,
      evidence: evidenceOf(scoring, one, now),
      seenAt: now,
    });
    raised.set(process.processId, alertId);
  }
  return raised;
};
