import type { AlertHistoryAction } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { insertCreated } from './change-store.ts';
import type { AlertDeps } from './deps.ts';
import { insertHistory, takesNotes } from './history-store.ts';
import { tell } from './notify.ts';
import {
  countMuted,
  findAlert,
  upsertAlert,
  withdrawIfMuted,
  type UpsertAlert,
  type Upserted,
} from './store.ts';
import type { Raised, RaiseInput } from './types.ts';

/** Who speaks where no person did. */
export const systemActor = 'system';
/** Entries that machines add to one alert's history; what people do is always written. */
const maxMachineHistory = 500;
/** A mute that ends or begins between two statements is met once; more is a broken invariant. */
const maxTries = 3;

/**
 * Whether a repetition enters the history: at the 2nd, 4th, 8th … sighting. A fault that repeats a million times
 * leaves 20 entries; the exact number stands in `occurrences`.
 */
export const isMilestone = (before: number, after: number): boolean =>
  Math.floor(Math.log2(after)) > Math.floor(Math.log2(before));

interface Happened {
  readonly action: AlertHistoryAction;
  readonly note: string | null;
}

/** What of a sighting is worth an entry; undefined for one more of many. */
const worthTelling = (alert: Upserted, created: boolean, count: number): Happened | undefined => {
  if (created) return { action: 'created', note: null };
  const { severity, severityBefore, occurrences } = alert;
  if (severityBefore !== null && severityBefore !== severity) {
    return { action: 'severity_changed', note: `${severityBefore} to ${severity}` };
  }
  return isMilestone(occurrences - count, occurrences)
    ? { action: 'repeated', note: `Seen ${String(occurrences)} times` }
    : undefined;
};

const record = async (
  deps: AlertDeps,
  tx: Tx,
  { id, severityBefore }: Upserted,
  { action, note }: Happened,
  by: { readonly actor: string; readonly now: Date },
): Promise<void> => {
  const created = action === 'created';
  const entry = { id: deps.newId(), alertId: id, at: by.now, actor: by.actor, action, note };
  await insertHistory(tx, { ...entry, fromStatus: null, toStatus: created ? 'open' : null });
  await insertCreated(tx, { ...entry, kind: created ? 'created' : 'changed' });
  if (action === 'repeated' || (deps.webhooks === undefined && deps.alertmanager === undefined)) return;
  const alert = await findAlert(tx, id);
  if (alert === undefined) throw new Error('An alert that was just raised is not there');
  const changed = action === 'severity_changed' && severityBefore !== null;
  await tell(deps, tx, by.actor, [{ alert, action, note, ...(changed ? { severityBefore } : {}) }]);
};

const upsertOf = (deps: AlertDeps, input: RaiseInput): UpsertAlert => {
  const now = new Date(deps.clock.nowMs());
  const { nodeId = null, gpuId = null, sensorId = null, seenAt = now, occurrences = 1 } = input;
  return { ...input, id: deps.newId(), nodeId, gpuId, sensorId, seenAt, now, occurrences };
};

/** See `AlertsPort.raise`. */
export const raiseAlert = async (deps: AlertDeps, tx: Tx, input: RaiseInput): Promise<Raised> => {
  for (let tries = 0; tries < maxTries; tries += 1) {
    const wanted = upsertOf(deps, input);
    const alert = await upsertAlert(tx, wanted);
    const created = alert?.id === wanted.id;
    // A false alarm may have been called while this waited for its row: then the statement did not see the mute.
    const withdrawn = created && (await withdrawIfMuted(tx, wanted.id, wanted.fingerprint, wanted.now));
    if (alert !== undefined && !withdrawn) {
      const happened = worthTelling(alert, created, wanted.occurrences);
      const by = { actor: input.actor ?? systemActor, now: wanted.now };
      if (happened !== undefined) await record(deps, tx, alert, happened, by);
      return { alertId: alert.id, created, muted: false };
    }
    const muted = await countMuted(tx, wanted);
    if (muted !== undefined) return { alertId: muted, created: false, muted: true };
  }
  throw new Error('A mute came and went at every attempt to raise an alert');
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
