/** Failures in a row that open an endpoint's circuit. */
const failuresMax = 5;
const firstRestMs = 5_000;
/** Longest rest: an endpoint that is back gets its messages within this time. */
const longestRestMs = 60_000;

/** Whether an endpoint is given messages. `failures` in a row; while `restUntilMs` lies ahead, none is sent. */
export interface Circuit {
  readonly failures: number;
  readonly restMs: number;
  readonly restUntilMs: number;
  /** A probe is under way: the one message that a rested endpoint gets. */
  readonly probing: boolean;
}

export const closedCircuit: Circuit = { failures: 0, restMs: 0, restUntilMs: 0, probing: false };

export type Admission =
  { readonly kind: 'go'; readonly circuit: Circuit } | { readonly kind: 'wait'; readonly waitMs: number };

/** While a probe is under way nobody knows for how long. */
const probeWaitMs = 1_000;

export const admitThrough = (circuit: Circuit, nowMs: number): Admission => {
  if (circuit.failures < failuresMax) return { kind: 'go', circuit };
  if (nowMs < circuit.restUntilMs) return { kind: 'wait', waitMs: circuit.restUntilMs - nowMs };
  if (circuit.probing) return { kind: 'wait', waitMs: probeWaitMs };
  return { kind: 'go', circuit: { ...circuit, probing: true } };
};

/** `void`: nothing was learnt, such as when the delivery needed no sending. */
export type CircuitOutcome = 'success' | 'failure' | 'void';

export const settleCircuit = (circuit: Circuit, outcome: CircuitOutcome, nowMs: number): Circuit => {
  if (outcome === 'success') return closedCircuit;
  if (outcome === 'void') return circuit.probing ? { ...circuit, probing: false } : circuit;
  const failures = circuit.failures + 1;
  if (failures < failuresMax) return { ...circuit, failures };
  // What was under way when the circuit opened says nothing new: only a probe's failure makes the rest longer.
  if (failures > failuresMax && !circuit.probing) return { ...circuit, failures };
  const restMs = Math.min(longestRestMs, circuit.restMs === 0 ? firstRestMs : circuit.restMs * 2);
  return { failures, restMs, restUntilMs: nowMs + restMs, probing: false };
};
