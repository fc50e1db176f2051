import type { Tx } from '../../platform/database/types.ts';
import type { AlertDeps } from './deps.ts';
import { insertHistory, takesNotes, upsertAlert } from './store.ts';
import type { Raised, RaiseInput } from './types.ts';

/** Who speaks where no person did. */
export const systemActor = 'system';
/** Entries that machines add to one alert's history; what people do is always written. */
const maxMachineHistory = 500;

/**
 * Whether a repetition enters the history: at the 2nd, 4th, 8th … sighting. A fault that repeats a million times
 * leaves 20 entries; the exact number stands in `occurrences`.
 */
export const isMilestone = (before: number, after: number): boolean =>
  Math.floor(Math.log2(after)) > Math.floor(Math.log2(before));

/** See `AlertsPort.raise`. */
export const raiseAlert = async (deps: AlertDeps, tx: Tx, input: RaiseInput): Promise<Raised> => {
  const now = new Date(deps.clock.nowMs());
  const id = deps.newId();
  const count = input.occurrences ?? 1;
  const { nodeId = null, gpuId = null, sensorId = null, seenAt = now } = input;
  const alert = await upsertAlert(tx, {
    ...input,
    id,
    nodeId,
    gpuId,
    sensorId,
    seenAt,
    now,
    occurrences: count,
  });
  const created = alert.id === id;
  const entry = { id: deps.newId(), alertId: alert.id, at: now, actor: input.actor ?? systemActor };
  if (created) {
    await insertHistory(tx, { ...entry, action: 'created', fromStatus: null, toStatus: 'open', note: null });
  } else if (isMilestone(alert.occurrences - count, alert.occurrences)) {
    const note = `Seen ${String(alert.occurrences)} times`;
    await insertHistory(tx, { ...entry, action: 'repeated', fromStatus: null, toStatus: null, note });
  }
  return { alertId: alert.id, created };
};

/** See `AlertsPort.note`. */
export const noteOnAlert = async (
  deps: AlertDeps,
  tx: Tx,
  alertId: string,
  text: string,
): Promise<boolean> => {
  if (!(await takesNotes(tx, alertId, maxMachineHistory))) return false;
  await insertHistory(tx, {
    id: deps.newId(),
    alertId,
    at: new Date(deps.clock.nowMs()),
    actor: systemActor,
    action: 'noted',
    fromStatus: null,
    toStatus: null,
    note: text,
  });
  return true;
};
