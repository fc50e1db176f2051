import type { Clock } from '../../platform/clock.ts';
import type { CursorCodec } from '../../platform/http/cursor.ts';
import type { StreamSlots } from '../../platform/http/stream-slots.ts';
import type { AlertsPort } from '../alerts/index.ts';
import type { EventReader } from '../evidence/index.ts';
import type { FleetPort } from '../fleet/index.ts';
import type { RecordReader } from '../telemetry/index.ts';

/** What GraphQL shows: the readers of the other domains. */
export interface GraphqlDomainDeps {
  readonly clock: Clock;
  readonly cursors: CursorCodec;
  readonly streams: StreamSlots;
  readonly fleet: Pick<FleetPort, 'reader' | 'gpuIdsOfNode'>;
  readonly telemetry: RecordReader;
  readonly events: EventReader;
  readonly alerts: Pick<AlertsPort, 'reader' | 'follow'>;
}
