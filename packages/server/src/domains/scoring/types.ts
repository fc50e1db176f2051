/** One syscall of one process, checked and normalised. What no source told is absent. */
export interface SyscallEvent {
  /** Identity: a UUID made of agent and client id, else of agent and content. The same event has the same id on every replica. */
  readonly id: string;
  readonly agentId: string;
  /** `agent:pid`, or `agent:pid:start` with the process's start in ms since the epoch. */
  readonly processId: string;
  readonly pid: number;
  /** Microseconds since the epoch. */
  readonly occurredAtUs: number;
  /** Linux name, lower case, such as `execveat`; `sys_<number>` where the architecture's table has no name for it. */
  readonly syscall: string;
  /** What rules may read, flat: the names are listed in `fields.ts`. */
  readonly fields: Readonly<Record<string, string | number | boolean>>;
}

/** That a rule fired once for a process. */
export interface Contribution {
  readonly rule: string;
  readonly technique: string | null;
  readonly tactic: string | null;
  /** 0..100 at `atMs`; halves every half-life. */
  readonly weight: number;
  readonly atMs: number;
  readonly eventId: string;
}

/** A step of a sequence that was seen, waiting for the others. `key` binds steps (the fd, the path). */
export interface Mark {
  readonly rule: string;
  readonly step: number;
  readonly key: string;
  readonly atUs: number;
  readonly eventId: string;
}

/**
 * Everything that a process's score is made of, kept as JSON in `processes.score_state`. A join-semilattice: `merge` is
 * commutative, associative and idempotent, so any replica merges any batch in any order, twice too. Both lists are
 * bounded per rule by what is strongest (for marks: latest), ties broken by event id, hence the same everywhere.
 */
export interface ScoreState {
  readonly contributions: readonly Contribution[];
  readonly marks: readonly Mark[];
  /** The behaviour baseline's part, 0..100, with the model's version that said so; null: none. */
  readonly baseline: { readonly weight: number; readonly atMs: number; readonly model: string } | null;
}

/** What the pure half (rules/) gives the rest; made by `createScoring(rules, parameters)`. */
export interface Scoring {
  /** Changes with the rules and parameters; kept with each state so that recalculation knows what is stale. */
  readonly version: string;
  readonly empty: ScoreState;
  /** The state with these events of one process taken in: any order, any grouping, any repetition gives the same. */
  apply(state: ScoreState, events: readonly SyscallEvent[]): ScoreState;
  merge(a: ScoreState, b: ScoreState): ScoreState;
  /** 100·(1 − Π(1 − wᵢ·2^(−Δt/h))) with caps and the bonus per tactic; 0..100. */
  riskAt(state: ScoreState, nowMs: number): number;
  /** When the risk, with nothing new, falls below a threshold; undefined when it is below it at `fromMs`. */
  fallsBelowAt(state: ScoreState, threshold: number, fromMs: number): number | undefined;
}
