import type { Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import type { ResolutionHooks } from '../alerts/index.ts';
import type { EvidenceDomainDeps } from './deps.ts';
import {
  findInventory,
  listDrifting,
  lockHead,
  lockNode,
  storeBaseline,
  type InventoryRecord,
} from './inventory-store.ts';
import { integritySource } from './report-inventory.ts';
import { byKey, keyOf } from './snapshot.ts';
import type { DriftEntry, Item } from './types.ts';

/** The baseline after the chosen items were declared right as they are now, and the drift that remains. */
export const acceptDrift = (
  known: Pick<InventoryRecord, 'baseline' | 'observed' | 'drift'>,
  chosen: (entry: DriftEntry) => boolean,
): { readonly baseline: readonly Item[]; readonly drift: readonly DriftEntry[] } => {
  const baseline = new Map(byKey(known.baseline));
  const observed = byKey(known.observed);
  for (const entry of known.drift.filter(chosen)) {
    const now = observed.get(keyOf(entry));
    if (now === undefined) baseline.delete(keyOf(entry));
    else baseline.set(keyOf(entry), now);
  }
  return { baseline: [...baseline.values()], drift: known.drift.filter((entry) => !chosen(entry)) };
};

/**
 * Resolving an integrity alert as accepted makes what it speaks of the baseline, for every sensor of its node.
 * The inventories are locked before the alert is, in the order in which a report takes them.
 */
export const acceptOnResolve = (deps: Pick<EvidenceDomainDeps, 'clock'>): ResolutionHooks => ({
  lockFirst: async (tx, alert) => {
    if (alert.source === integritySource && alert.nodeId !== null) await lockNode(tx, alert.nodeId);
  },
  resolved: async (tx, alert, resolution, actor) => {
    if (alert.source !== integritySource || alert.nodeId === null || resolution !== 'accepted') return;
    const now = new Date(deps.clock.nowMs());
    for (const known of await listDrifting(tx, alert.nodeId)) {
      const accepted = acceptDrift(known, ({ alertId }) => alertId === alert.id);
      if (accepted.drift.length === known.drift.length) continue;
      await storeBaseline(tx, { sensorId: known.sensorId, ...accepted, now, by: actor });
    }
  },
});

/** Declares all that a sensor saw last to be right. Throws `not_found` where it never reported. */
export const acceptAll = async (
  deps: Pick<EvidenceDomainDeps, 'clock' | 'alerts'>,
  tx: Tx,
  sensorId: string,
  actor: string,
): Promise<InventoryRecord> => {
  const head = await lockHead(tx, sensorId);
  const known = head === undefined ? undefined : await findInventory(tx, sensorId);
  if (known === undefined)
    throw new AppError('not_found', { detail: 'This sensor has not reported an inventory yet' });
  const alertIds = new Set(known.drift.flatMap(({ alertId }) => alertId ?? []));
  for (const alertId of [...alertIds].sort()) {
    await deps.alerts.note(tx, alertId, `${actor} made the present state the baseline`);
  }
  const now = new Date(deps.clock.nowMs());
  await storeBaseline(tx, { sensorId, baseline: known.observed, drift: [], now, by: actor });
  return { ...known, baseline: known.observed, drift: [], baselineAt: now };
};
