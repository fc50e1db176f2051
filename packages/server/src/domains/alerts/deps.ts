import type { Logger } from 'pino';
import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor } from '../../platform/database/types.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { StreamSlots } from '../../platform/http/stream-slots.ts';
import type { OutboundClient } from '../../platform/outbound/index.ts';
import type { QueueSender, QueueWorker, WorkerOptions } from '../../platform/queue/index.ts';
import type { Secret } from '../../platform/secrets/index.ts';
import type { Webhooks } from '../../platform/webhooks/index.ts';
import type { ChangeFeed } from './change-feed.ts';
import type { AlertFleet, ResolutionHooks } from './types.ts';

/** Alertmanagers that are told of every alert. */
export interface AlertmanagerDeps {
  /** Base URLs without a trailing slash, such as `http://127.0.0.1:9093`. Each of them is told. */
  readonly urls: readonly string[];
  /** Active alerts are told again this often, in milliseconds: Alertmanager forgets. */
  readonly resendMs?: number;
  /** Where people reach this server; the links of alerts begin with it. */
  readonly publicUrl?: string | undefined;
  /** Sent as a bearer token. */
  readonly token?: Secret | undefined;
  readonly queue: QueueSender;
  readonly makeWorker: (options: WorkerOptions) => QueueWorker;
  readonly outbound: OutboundClient;
  /** For metrics: how many alerts one Alertmanager was told of, or was not. */
  readonly onSent?: (outcome: 'succeeded' | 'failed', alerts: number) => void;
}

/** What alerts stand on. */
export interface AlertsDomainDeps {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly cursors: CursorCodec;
  /** Whether this username belongs to a user who is not disabled. */
  readonly userExists: (db: Executor, username: string) => Promise<boolean>;
  readonly fleet: AlertFleet;
  readonly db: Database;
  readonly log?: Logger;
  /** Every change is published in its own transaction, unless the alert is silenced. */
  readonly webhooks?: Pick<Webhooks, 'publishAll'>;
  readonly alertmanager?: AlertmanagerDeps | undefined;
  /** How long the finding of a false alarm opens no new alert, in milliseconds; 7 days unless told. */
  readonly quietMs?: number;
  /** Closed alerts are kept this long; 365 days unless told. */
  readonly retentionDays?: number;
  /** How often a replica with readers of the stream looks for changes that it was not notified of, in milliseconds. */
  readonly pollMs?: number;
  /** Places for streams; without, there is no bound but the request's. */
  readonly streams?: StreamSlots;
}

export interface AlertDeps extends AlertsDomainDeps {
  readonly hooks: readonly ResolutionHooks[];
  readonly feed: ChangeFeed;
}

export const defaultQuietMs = 7 * 24 * 3_600_000;
export const defaultRetentionDays = 365;

/** How long a false alarm's finding stays muted, in milliseconds, given what its client asked for. */
export const quietMsOf = (deps: Pick<AlertDeps, 'quietMs'>, seconds: number | undefined): number =>
  seconds === undefined ? (deps.quietMs ?? defaultQuietMs) : seconds * 1000;
