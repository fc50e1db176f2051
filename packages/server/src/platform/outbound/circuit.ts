/** When a destination is given a rest. */
export interface CircuitSettings {
  /** Failures without a success between them that open the circuit… */
  readonly failuresMax: number;
  /** …if they all lie within this time. */
  readonly windowMs: number;
  /** The first rest; it doubles with each probe that fails… */
  readonly openMs: number;
  /** …up to this. */
  readonly openMaxMs: number;
}

/** Whether a destination is asked at all. `rests` counts the openings since it last worked. */
export type Circuit =
  | { readonly state: 'closed'; readonly failuresAtMs: readonly number[] }
  | { readonly state: 'open'; readonly untilMs: number; readonly rests: number }
  /** One request is on its way to find out. */
  | { readonly state: 'half-open'; readonly rests: number };

/** What a request was admitted as; the circuit wants it back with the outcome. */
export type Pass = 'normal' | 'probe';

/** `void` says nothing of the destination: the caller gave up, or we refused. */
export type CircuitOutcome = 'success' | 'failure' | 'void';

export const closedCircuit: Circuit = { state: 'closed', failuresAtMs: [] };

/** Whether a request may go now, and the circuit after it went. `pass` is undefined when it may not. */
export const admit = (
  circuit: Circuit,
  nowMs: number,
): { readonly circuit: Circuit; readonly pass: Pass | undefined } => {
  if (circuit.state === 'closed') return { circuit, pass: 'normal' };
  if (circuit.state === 'half-open' || nowMs < circuit.untilMs) return { circuit, pass: undefined };
  return { circuit: { state: 'half-open', rests: circuit.rests }, pass: 'probe' };
};

const rest = (rests: number, nowMs: number, { openMs, openMaxMs }: CircuitSettings): Circuit => ({
  state: 'open',
  untilMs: nowMs + Math.min(openMaxMs, openMs * 2 ** Math.min(rests, 30)),
  rests: rests + 1,
});

/** The circuit after an outcome. Requests that left before it opened change nothing any more. */
export const settle = (
  circuit: Circuit,
  pass: Pass,
  outcome: CircuitOutcome,
  nowMs: number,
  settings: CircuitSettings,
): Circuit => {
  if (circuit.state === 'half-open' && pass === 'probe') {
    if (outcome === 'success') return closedCircuit;
    // A probe that found out nothing leaves the way free for the next.
    if (outcome === 'void') return { state: 'open', untilMs: nowMs, rests: circuit.rests };
    return rest(circuit.rests, nowMs, settings);
  }
  if (circuit.state !== 'closed' || pass === 'probe' || outcome === 'void') return circuit;
  if (outcome === 'success') return closedCircuit;
  const recent = circuit.failuresAtMs.filter((atMs) => nowMs - atMs < settings.windowMs);
  const failuresAtMs = [...recent, nowMs];
  return failuresAtMs.length >= settings.failuresMax
    ? rest(0, nowMs, settings)
    : { state: 'closed', failuresAtMs };
};
