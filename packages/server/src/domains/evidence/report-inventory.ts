import type { Inventory, InventoryAnswer } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import { boundedFingerprint, timeOf } from '../alerts/index.ts';
import { compareInventories, type Comparison } from './compare-inventories.ts';
import type { EvidenceDomainDeps } from './deps.ts';
import { insertEvents, type EventRecord } from './event-store.ts';
import {
  findInventory,
  insertFirst,
  listReporters,
  lockHead,
  storeJudged,
  takeOver,
  touchInventory,
} from './inventory-store.ts';
import { planReport, type PlannedAlert, type ReportPlan, type Subject } from './plan-report.ts';
import { byKey, inventoryDigest, kernelName, keyOf, snapshotOf } from './snapshot.ts';
import type { DriftEntry, FleetNode, FleetSensor } from './types.ts';

export const integritySource = 'integrity';

export interface InventoryReport {
  readonly sensor: FleetSensor;
  readonly node: FleetNode;
  readonly inventory: Inventory;
  readonly by: string;
}

type Deps = Pick<EvidenceDomainDeps, 'clock' | 'newId' | 'alerts' | 'fleet'>;

/** More sensors than this on one node are not looked through for one that is gone. */
const maxReporters = 16;

const fingerprintOf = (nodeId: string, subject: Subject): string =>
  subject.kind === 'many'
    ? boundedFingerprint(`integrity:${nodeId}`, 'many')
    : boundedFingerprint(`integrity:${nodeId}:${subject.kind}`, subject.name);

const placeOf = ({ sensor, node }: InventoryReport) => ({
  node_id: node.id,
  node: node.name,
  sensor_id: sensor.id,
  sensor: sensor.name,
});

/** Raises in the order of the fingerprints (see `AlertsPort.raise`); answers the ids in the plan's order. */
const raiseAll = async (
  deps: Deps,
  tx: Tx,
  report: InventoryReport,
  alerts: readonly PlannedAlert[],
  seenAt: Date,
): Promise<readonly string[]> => {
  const ids: string[] = [];
  const ordered = alerts
    .map((alert, position) => ({
      alert,
      position,
      fingerprint: fingerprintOf(report.node.id, alert.subject),
    }))
    .sort((a, b) => (a.fingerprint < b.fingerprint ? -1 : 1));
  for (const { alert, position, fingerprint } of ordered) {
    const { alertId } = await deps.alerts.raise(tx, {
      ...alert,
      source: integritySource,
      fingerprint,
      nodeId: report.node.id,
      sensorId: report.sensor.id,
      evidence: { ...alert.evidence, ...placeOf(report) },
      seenAt,
    });
    ids[position] = alertId;
  }
  return ids;
};

/** Which alert speaks of each drifting item: one of this report, else the one that did before. */
const linkDrift = (
  comparison: Comparison,
  plan: ReportPlan,
  alertIds: readonly string[],
  before: readonly DriftEntry[],
): readonly DriftEntry[] => {
  const linked = new Map(before.map((entry) => [keyOf(entry), entry.alertId]));
  plan.alerts.forEach((alert, position) => {
    for (const key of alert.covers) linked.set(key, alertIds[position] ?? null);
  });
  // A module that is loaded some time after a kernel update belongs to that update's alert.
  const kernelAlert = linked.get(keyOf({ kind: 'kernel', name: kernelName })) ?? null;
  return comparison.drift.map(({ byKernel, ...entry }) => ({
    ...entry,
    alertId: byKernel ? kernelAlert : (linked.get(keyOf(entry)) ?? null),
  }));
};

const noteRestored = async (
  deps: Deps,
  tx: Tx,
  plan: ReportPlan,
  before: readonly DriftEntry[],
): Promise<void> => {
  const drifted = byKey(before);
  const back = plan.events
    .flatMap(({ restored }) => restored)
    .flatMap((key) => drifted.get(key) ?? [])
    .filter(({ alertId }) => alertId !== null);
  for (const [alertId, entries] of Map.groupBy(back, (entry) => entry.alertId)) {
    const [first] = entries;
    if (alertId === null || first === undefined) continue;
    const what =
      entries.length === 1 ? `${first.kind} ${first.name} is` : `${String(entries.length)} items are`;
    await deps.alerts.note(tx, alertId, `${what} back to the baseline`);
  }
};

const eventsOf = (
  deps: Deps,
  report: InventoryReport,
  plan: ReportPlan,
  alertIds: readonly string[],
  before: readonly DriftEntry[],
  times: { readonly occurredAt: Date; readonly receivedAt: Date },
): readonly EventRecord[] => {
  const drifted = byKey(before);
  return plan.events.map((event) => ({
    id: deps.newId(),
    nodeId: report.node.id,
    sensorId: report.sensor.id,
    gpuId: null,
    type: event.type,
    severity: event.severity,
    title: event.title,
    description: event.description,
    ...times,
    fingerprint: fingerprintOf(report.node.id, event.subject),
    evidence: { ...event.evidence, ...placeOf(report) },
    alertId:
      event.alert !== null
        ? (alertIds[event.alert] ?? null)
        : (event.restored.map((key) => drifted.get(key)?.alertId ?? null).find((id) => id !== null) ?? null),
  }));
};

/** Judges a report that differs from the last one. The caller holds the lock of the sensor's row. */
const judge = async (
  deps: Deps,
  tx: Tx,
  report: InventoryReport,
  digest: string,
): Promise<InventoryAnswer> => {
  const { sensor, node, inventory } = report;
  const known = await findInventory(tx, sensor.id);
  if (known === undefined) throw new Error('A locked inventory was gone when it was read');
  const now = new Date(deps.clock.nowMs());
  const collectedAt = timeOf(inventory.collected_at, '/collected_at');
  const comparison = compareInventories(
    { ...known, bootId: known.inventory.host.boot_id },
    snapshotOf(inventory),
  );
  const plan = planReport(comparison.findings, node.name);
  const alertIds = await raiseAll(deps, tx, report, plan.alerts, collectedAt);
  await noteRestored(deps, tx, plan, known.drift);
  const times = { occurredAt: collectedAt, receivedAt: now };
  await insertEvents(tx, eventsOf(deps, report, plan, alertIds, known.drift, times));
  const drift = linkDrift(comparison, plan, alertIds, known.drift);
  const { observed, baseline } = comparison;
  const identity = { sensorId: sensor.id, nodeId: node.id };
  await storeJudged(tx, { ...identity, digest, collectedAt, now, inventory, observed, baseline, drift });
  return { baseline: false, drift: drift.length, events: plan.events.length };
};

/** A sensor that is new on a node goes on with the baseline of one that was deleted there. */
const inherit = async (deps: Deps, tx: Tx, { sensor, node }: InventoryReport): Promise<boolean> => {
  for (const id of await listReporters(tx, node.id, maxReporters)) {
    if (id !== sensor.id && (await deps.fleet.findSensor(tx, id)) === undefined)
      return takeOver(tx, id, sensor.id);
  }
  return false;
};

/**
 * Takes a sensor's inventory. The first is the baseline; one that equals the last is only dated; any other becomes
 * events and alerts. Reports are judged in the order in which they arrive: a node's clock may be wrong, and one
 * that jumped ahead must not silence what it says later.
 */
export const reportInventory = async (
  deps: Deps,
  tx: Tx,
  report: InventoryReport,
): Promise<InventoryAnswer> => {
  const { sensor, node, inventory } = report;
  const digest = inventoryDigest(inventory);
  const now = new Date(deps.clock.nowMs());
  const collectedAt = timeOf(inventory.collected_at, '/collected_at');
  const head = await lockHead(tx, sensor.id);
  if (head === undefined) {
    if (await inherit(deps, tx, report)) return reportInventory(deps, tx, report);
    const { items } = snapshotOf(inventory);
    const identity = { sensorId: sensor.id, nodeId: node.id };
    const first = await insertFirst(tx, {
      ...identity,
      digest,
      inventory,
      collectedAt,
      now,
      items,
      by: report.by,
    });
    if (first) return { baseline: true, drift: 0, events: 0 };
    // Another replica took the sensor's first report in this very moment; it is committed now.
    return reportInventory(deps, tx, report);
  }
  if (head.digest !== digest || head.nodeId !== node.id) return judge(deps, tx, report, digest);
  await touchInventory(tx, sensor.id, collectedAt, now);
  return { baseline: false, drift: head.driftCount, events: 0 };
};
