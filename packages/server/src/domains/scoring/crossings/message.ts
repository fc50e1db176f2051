import type { AddressedEvent } from '../../../platform/webhooks/index.ts';
import type { ScoredProcess } from '../scores/score-store.ts';
import type { Crossing } from './decide.ts';
import { crossingEvent } from './subscription-store.ts';

const round = (value: number): number => Math.round(value * 100) / 100;

/** The webhook of one crossing: the seed's fields, and what a reader needs to act. Keyed by process, hence in order. */
export const crossingMessage = (
  process: ScoredProcess,
  { subscription, direction }: Crossing,
  { risk, at, rules }: { readonly risk: number; readonly at: Date; readonly rules: readonly string[] },
): AddressedEvent => ({
  endpointId: subscription.endpointId,
  type: crossingEvent,
  key: process.processId,
  payload: {
    event_type: crossingEvent,
    process_id: process.processId,
    risk_score: round(risk),
    threshold: subscription.threshold,
    timestamp: at.toISOString(),
    direction,
    agent_id: process.agentId,
    pid: process.pid,
    command: process.command,
    executable: process.executable,
    container_id: process.containerId,
    pod: process.pod,
    job_id: process.jobId,
    node_id: process.nodeId,
    rules,
  },
});
