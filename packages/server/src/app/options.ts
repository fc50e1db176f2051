import type { Logger } from 'pino';
import type { Config } from '../config.ts';
import type { Clock } from '../platform/clock.ts';
import type { Database } from '../platform/database/index.ts';
import type { IsBreached } from '../platform/identity/index.ts';
import type { TlsOptions } from '../platform/http/server.ts';

export interface AppOptions {
  readonly config: Config;
  readonly db: Database;
  /** Connections of the queue's workers: what is delivered must not wait behind what is being asked. */
  readonly workDb: Database;
  /** Connections of the audit trail's own: slow reads on the others must not stop what has to be recorded. */
  readonly auditDb: Database;
  readonly log: Logger;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly version: string;
  /** Whether a password is known from breaches; undefined where no list is configured. */
  readonly isBreached?: IsBreached | undefined;
  readonly tls?: TlsOptions | undefined;
}
