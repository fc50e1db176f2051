import type { SecurityEvent } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';
import { findEvent, listEvents, type EventFilters } from './event-store.ts';
import { presentEvent } from './present.ts';

/** Security events as clients see them, newest first. */
export interface EventReader {
  events(
    db: Executor,
    filters: EventFilters,
    limit: number,
    after: CursorPosition | undefined,
  ): Promise<readonly { readonly item: SecurityEvent; readonly position: CursorPosition }[]>;
  event(db: Executor, id: string): Promise<SecurityEvent | undefined>;
}

export const eventReader: EventReader = {
  events: async (db, filters, limit, after) =>
    (await listEvents(db, filters, limit, after)).map((event) => ({
      item: presentEvent(event),
      position: { sort: String(event.occurredAt.getTime()), id: event.id },
    })),
  event: async (db, id) => {
    const event = await findEvent(db, id);
    return event === undefined ? undefined : presentEvent(event);
  },
};
