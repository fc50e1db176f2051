import type { Route } from '../../platform/http/route.ts';
import type { PeriodicTask } from '../../platform/leases/index.ts';
import { acceptOnResolve } from './accept-baseline.ts';
import type { EvidenceDomainDeps } from './deps.ts';
import { recordEvents, type AuthorizeNode } from './record-events.ts';
import type { SecurityEventInput } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { eventReader, type EventReader } from './event-reader.ts';
import { sweepTask } from './housekeeping.ts';
import { acceptBaselineRoute } from './routes/accept-baseline.ts';
import { getEventRoute } from './routes/get-event.ts';
import { getInventoryRoute } from './routes/get-inventory.ts';
import { listEventsRoute } from './routes/list-events.ts';
import { putInventoryRoute } from './routes/put-inventory.ts';
import { reportEventsRoute } from './routes/report-events.ts';

export type { EventReader } from './event-reader.ts';
export type { EvidenceDomainDeps } from './deps.ts';
export type { EvidenceFleet, FleetGpu, FleetNode, FleetSensor } from './types.ts';

/** What other domains may ask of evidence. */
export interface EvidencePort {
  /** Stores security events as `POST /api/v1/security-events` does, and raises their alerts; see `record-events.ts`. */
  record(tx: Tx, events: readonly SecurityEventInput[], authorizeNode: AuthorizeNode): Promise<void>;
}

export interface EvidenceDomain {
  readonly routes: readonly Route[];
  readonly reader: EventReader;
  readonly port: EvidencePort;
  /** Once per cluster: the sweep of old events. */
  readonly tasks: readonly PeriodicTask[];
}

/**
 * Security events, inventories, their baselines and drift. Registers itself with the alerts port: an integrity
 * alert that is resolved as accepted changes the baseline.
 */
export const createEvidenceDomain = (deps: EvidenceDomainDeps): EvidenceDomain => {
  deps.alerts.onResolved(acceptOnResolve(deps));
  return {
    reader: eventReader,
    routes: [
      reportEventsRoute(deps),
      listEventsRoute(deps),
      getEventRoute(),
      putInventoryRoute(deps),
      getInventoryRoute(deps),
      acceptBaselineRoute(deps),
    ],
    port: {
      record: async (tx, events, authorizeNode) => {
        await recordEvents(deps, tx, events, authorizeNode);
      },
    },
    tasks: [sweepTask(deps)],
  };
};
