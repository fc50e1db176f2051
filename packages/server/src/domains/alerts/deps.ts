import type { Clock } from '../../platform/clock.ts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { AlertFleet, ResolutionHooks } from './types.ts';

/** What alerts stand on. */
export interface AlertsDomainDeps {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly cursors: CursorCodec;
  /** Whether this username belongs to a user who is not disabled. */
  readonly userExists: (db: Executor, username: string) => Promise<boolean>;
  readonly fleet: AlertFleet;
}

export interface AlertDeps extends AlertsDomainDeps {
  readonly hooks: readonly ResolutionHooks[];
}
