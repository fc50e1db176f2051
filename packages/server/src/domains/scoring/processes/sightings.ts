import { outcome, type EventBatch } from '../events/event-batch.ts';
import { addEvent, newSighting, type Sighting } from '../events/facts.ts';

/** The processes that the accepted events of the batches speak of, by id. */
export const sightingsOf = (batches: readonly EventBatch[]): ReadonlyMap<string, Sighting> => {
  const sightings = new Map<string, Sighting>();
  for (const { agent, events, outcomes, processIds } of batches) {
    for (let position = 0; position < events.length; position += 1) {
      const checked = events[position];
      const processId = processIds[position];
      if (checked === undefined || processId === undefined || outcomes[position] !== outcome.accepted)
        continue;
      let sighting = sightings.get(processId);
      if (sighting === undefined) {
        sighting = newSighting(processId, agent, checked);
        sightings.set(processId, sighting);
      }
      addEvent(sighting, checked);
    }
  }
  return sightings;
};
