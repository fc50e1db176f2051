import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor, Tx } from '../../platform/database/types.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { Logger } from '../../platform/observability/index.ts';
import type { KeyedSealer } from '../../platform/secrets/index.ts';
import type { AddressedEvent } from '../../platform/webhooks/index.ts';
import type { AlertsPort } from '../alerts/index.ts';
import type { WebhooksPort } from '../webhooks/index.ts';
import type { JobsOfPods } from './processes/tie-processes.ts';

/** What scoring asks of the fleet. */
export interface ScoringFleet {
  findNode(db: Executor, id: string): Promise<object | undefined>;
  findSensor(
    db: Executor,
    id: string,
  ): Promise<{ readonly node_id: string; readonly registered_by: string } | undefined>;
}

export interface ScoringDeps {
  readonly db: Database;
  readonly workDb: Database;
  readonly clock: Clock;
  readonly log: Logger;
  readonly newId: () => string;
  readonly randomBytes: (size: number) => Buffer;
  readonly cursors: CursorCodec;
  readonly sealer: KeyedSealer;
  readonly fleet: ScoringFleet;
  readonly alerts: Pick<AlertsPort, 'raise'>;
  readonly webhooks: WebhooksPort;
  readonly publishEach: (tx: Tx, events: readonly AddressedEvent[]) => Promise<void>;
  readonly jobsOfPods: JobsOfPods;
  /** For metrics: what became of events. */
  readonly onEvents: (outcome: 'accepted' | 'duplicate' | 'error', events: number) => void;
  /** Ids of AGENT_KEYS. */
  readonly configuredAgents: readonly string[];
  readonly config: {
    readonly rulesDir: string | undefined;
    readonly halfLifeMs: number;
    readonly alertThreshold: number;
    readonly retentionDays: number;
  };
}
