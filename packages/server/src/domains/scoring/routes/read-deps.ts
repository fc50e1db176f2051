import type { Clock } from '../../../platform/clock.ts';
import type { CursorCodec } from '../../../platform/http/cursor.ts';
import type { RuleScoring } from '../rules/index.ts';

/** What reading routes use. */
export interface ReadDeps {
  readonly cursors: CursorCodec;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly scoring: () => RuleScoring;
}
