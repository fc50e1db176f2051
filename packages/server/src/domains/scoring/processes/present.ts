import type { Process, Score } from '@gpushield/contracts';
import { explainState, type RuleScoring } from '../rules/index.ts';
import type { ProcessRecord } from './read-store.ts';

const round = (value: number): number => Math.round(value * 100) / 100;

export const riskNow = (
  scoring: RuleScoring,
  { state }: Pick<ProcessRecord, 'state'>,
  nowMs: number,
): number => (state === null ? 0 : scoring.riskAt(state, nowMs));

export const presentProcess = (scoring: RuleScoring, process: ProcessRecord, nowMs: number): Process => ({
  process_id: process.processId,
  agent_id: process.agentId,
  pid: process.pid,
  started_at: process.startedAt?.toISOString() ?? null,
  parent_process_id: process.parentProcessId,
  command: process.command,
  executable: process.executable,
  executable_sha256: process.executableSha256,
  user_id: process.userId,
  user_name: process.userName,
  container_id: process.containerId,
  image: process.image,
  pod: process.pod,
  namespace: process.namespace,
  job_id: process.jobId,
  node_id: process.nodeId,
  workload: process.image ?? process.command,
  event_count: process.eventCount,
  risk_score: round(riskNow(scoring, process, nowMs)),
  alert_id: process.alertId,
  first_seen_at: process.firstSeenAt.toISOString(),
  last_seen_at: process.lastSeenAt.toISOString(),
  created_at: process.createdAt.toISOString(),
});

export const presentScore = (scoring: RuleScoring, process: ProcessRecord, nowMs: number): Score => ({
  process_id: process.processId,
  agent_id: process.agentId,
  pid: process.pid,
  command: process.command,
  executable: process.executable,
  job_id: process.jobId,
  risk_score: round(riskNow(scoring, process, nowMs)),
  contributions: (process.state === null ? [] : explainState(scoring, process.state, nowMs)).map((one) => ({
    rule: one.rule,
    title: one.title,
    technique: one.technique,
    tactic: one.tactic,
    weight: one.weight,
    decayed_weight: one.decayedWeight,
    timestamp: new Date(one.atMs).toISOString(),
    event_id: one.eventId,
  })),
  half_life_seconds: scoring.parameters.halfLifeMs / 1000,
  alert_id: process.alertId,
  updated_at: process.scoredAt.toISOString(),
});
