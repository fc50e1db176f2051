import type { AlertStatus, Severity } from '@gpushield/contracts';
import type { Executor, Tx } from '../../platform/database/types.ts';
import type { AlertReader } from './alert-reader.ts';
import type { Followed } from './follow-changes.ts';

export type Resolution = 'fixed' | 'accepted';
export type Evidence = Readonly<Record<string, unknown>>;

/** An alert as the domain holds it. Times are Dates of whole milliseconds. */
export interface AlertRecord {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  readonly status: AlertStatus;
  readonly source: string;
  readonly fingerprint: string;
  readonly nodeId: string | null;
  readonly gpuId: string | null;
  readonly sensorId: string | null;
  readonly assignee: string | null;
  readonly occurrences: number;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
  readonly acknowledgedAt: Date | null;
  readonly acknowledgedBy: string | null;
  readonly resolvedAt: Date | null;
  readonly resolvedBy: string | null;
  readonly resolution: Resolution | null;
  /** The person who set the severity; then nothing that is seen raises it. */
  readonly severitySetBy: string | null;
  /** While the finding of a false alarm opens no new alert; null for every other. */
  readonly mutedUntil: Date | null;
  readonly groupKey: string;
  readonly evidence: Evidence;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What another domain says when it wants people to look. */
export interface RaiseInput {
  readonly title: string;
  readonly description: string;
  readonly severity: Severity;
  /** The part of the system that speaks, such as `integrity`. */
  readonly source: string;
  /** What makes two findings the same; see `boundedFingerprint`. */
  readonly fingerprint: string;
  readonly nodeId?: string | null;
  readonly gpuId?: string | null;
  readonly sensorId?: string | null;
  /** At most 16 KiB as JSON; the caller keeps the bound. */
  readonly evidence: Evidence;
  /** When it was seen; the server's time unless given. */
  readonly seenAt?: Date;
  /** How many sightings this one call stands for; 1 unless given. */
  readonly occurrences?: number;
  /** Who says so, for the history; `system` unless given. */
  readonly actor?: string;
}

export interface Raised {
  readonly alertId: string;
  /** False when an active alert with the fingerprint gained an occurrence, or a muted one did. */
  readonly created: boolean;
  /** True when the finding is muted: the false alarm gained an occurrence, and nobody is told. */
  readonly muted: boolean;
}

/** Another domain's part in a resolution. */
export interface ResolutionHooks {
  /**
   * Runs before the alert's row is locked. A domain that locks rows of its own before it raises alerts takes those
   * locks here too: one order everywhere, hence no deadlock. `alert` was read without a lock.
   */
  readonly lockFirst?: (tx: Tx, alert: AlertRecord) => Promise<void>;
  /** Runs in the transaction that resolves, after the alert's row says resolved. */
  readonly resolved: (tx: Tx, alert: AlertRecord, resolution: Resolution, actor: string) => Promise<void>;
}

/** What other domains may do with alerts. */
export interface AlertsPort {
  /** Alerts as clients see them, for who shows them in another form. */
  readonly reader: AlertReader;
  /**
   * Deduplicated: an unresolved alert with this fingerprint gains occurrences, the later `last_seen_at`, the severer
   * severity and the new evidence. Safe for any number of replicas at once. Who raises several in one transaction
   * does so in the order of their fingerprints, so that two such transactions cannot deadlock.
   */
  raise(tx: Tx, input: RaiseInput): Promise<Raised>;
  /** Adds a note to an unresolved alert's history; answers false, and does nothing, for any other. */
  note(tx: Tx, alertId: string, text: string): Promise<boolean>;
  onResolved(hooks: ResolutionHooks): void;
  /** Until when each muted fingerprint of these is muted; what is not muted is absent. At most 1,000. */
  mutedUntil(db: Executor, fingerprints: readonly string[]): Promise<ReadonlyMap<string, Date>>;
  /**
   * Every change that commits, on whichever replica, in one order, until `signal` aborts; behind `after` where given.
   * The first batch, mostly empty, says that it has begun. Pulled, so nothing piles up.
   */
  follow(options: {
    readonly after?: string | undefined;
    readonly signal: AbortSignal;
  }): AsyncGenerator<readonly Followed[]>;
}

/** What alerts ask of the fleet: ids that a person's alert may name. */
export interface AlertFleet {
  findNode(db: Executor, id: string): Promise<object | undefined>;
  findGpu(db: Executor, id: string): Promise<object | undefined>;
  findSensor(db: Executor, id: string): Promise<object | undefined>;
}
