import type { CircuitBoard } from './circuit-board.ts';
import type { CircuitOutcome } from './circuit.ts';
import type { Slots } from './slots.ts';
import { OutboundFailure, type OutboundFailureKind } from './types.ts';

/** Runs `work` for one destination: in its turn, and not while the destination rests. */
export type Guard = <T>(key: string, signal: AbortSignal, work: () => Promise<T>) => Promise<T>;

/** Failures that speak against the destination; any HTTP status speaks for it. */
const blamed: ReadonlySet<OutboundFailureKind> = new Set(['dns', 'connect', 'tls', 'timeout', 'protocol']);

const outcomeOf = (error: unknown): CircuitOutcome =>
  error instanceof OutboundFailure && blamed.has(error.kind) ? 'failure' : 'void';

export const createGuard =
  ({ slots, circuits }: { readonly slots: Slots; readonly circuits: CircuitBoard }): Guard =>
  async (key, signal, work) => {
    const release = await slots.take(key, signal);
    // Asked after the wait: those who stood in line when the circuit opened need not try.
    const pass = circuits.admit(key);
    let outcome: CircuitOutcome = 'void';
    try {
      if (pass === undefined) {
        const detail = 'the destination failed too often and is given a rest';
        throw new OutboundFailure('circuit_open', detail, { retryable: true });
      }
      const result = await work();
      outcome = 'success';
      return result;
    } catch (error) {
      outcome = outcomeOf(error);
      throw error;
    } finally {
      if (pass !== undefined) circuits.settle(key, pass, outcome);
      release();
    }
  };
