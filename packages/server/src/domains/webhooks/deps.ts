import type { Clock } from '../../platform/clock.ts';
import type { Database } from '../../platform/database/types.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { Webhooks } from '../../platform/webhooks/index.ts';

/** What the management of webhooks stands on. */
export interface WebhooksDomainDeps {
  readonly db: Database;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly cursors: CursorCodec;
  readonly webhooks: Pick<
    Webhooks,
    'checkUrl' | 'makeSecret' | 'isSecret' | 'sealSecret' | 'resendMessage' | 'resendFailed' | 'sendTest'
  >;
}
