import type { Tx } from '../../../platform/database/types.ts';
import { boundedFingerprint, type AlertsPort } from '../../alerts/index.ts';
import { explainState, type RuleScoring } from '../rules/index.ts';
import type { ScoreState } from '../types.ts';
import type { ScoredProcess } from './score-store.ts';

export interface RiskAlertDeps {
  readonly alerts: Pick<AlertsPort, 'raise'>;
  /** The risk, 0 to 100, at which a process raises an alert: once in its life. */
  readonly alertThreshold: number;
}

interface Judged {
  readonly process: ScoredProcess;
  readonly state: ScoreState | null;
  readonly risk: number;
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

/** Raises an alert for each process that is above the threshold for the first time; answers the alerts' ids by process. */
export const raiseRiskAlerts = async (
  deps: RiskAlertDeps,
  tx: Tx,
  scoring: RuleScoring,
  judged: readonly Judged[],
  now: Date,
): Promise<ReadonlyMap<string, string>> => {
  const raised = new Map<string, string>();
  const grave = judged
    .filter(({ process, risk }) => process.alertId === null && risk >= deps.alertThreshold)
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
