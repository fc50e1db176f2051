import type { Clock } from '../clock.ts';
import {
  admit,
  closedCircuit,
  settle,
  type Circuit,
  type CircuitOutcome,
  type CircuitSettings,
  type Pass,
} from './circuit.ts';

/** Destinations in trouble that are remembered: beyond this, the one heard of longest ago gets a fresh start. */
const trackedMax = 10_000;

export interface CircuitBoard {
  /** Undefined while the destination rests. */
  admit(key: string): Pass | undefined;
  settle(key: string, pass: Pass, outcome: CircuitOutcome): void;
}

/** The circuits of all destinations. Healthy ones take no memory. `onChange` hears of openings and closings. */
export const createCircuitBoard = ({
  clock,
  settings,
  onChange,
}: {
  readonly clock: Clock;
  readonly settings: CircuitSettings;
  readonly onChange: (key: string, state: Circuit['state']) => void;
}): CircuitBoard => {
  const circuits = new Map<string, Circuit>();

  const put = (key: string, before: Circuit, after: Circuit): void => {
    if (after === before) return;
    circuits.delete(key);
    if (after !== closedCircuit) circuits.set(key, after);
    const oldest = circuits.size > trackedMax ? circuits.keys().next() : undefined;
    if (oldest?.done === false) circuits.delete(oldest.value);
    if (after.state !== before.state) onChange(key, after.state);
  };

  return {
    admit: (key) => {
      const before = circuits.get(key) ?? closedCircuit;
      const { circuit, pass } = admit(before, clock.monotonicMs());
      put(key, before, circuit);
      return pass;
    },
    settle: (key, pass, outcome) => {
      const before = circuits.get(key) ?? closedCircuit;
      put(key, before, settle(before, pass, outcome, clock.monotonicMs(), settings));
    },
  };
};
