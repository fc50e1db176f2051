import type { InventoryState, SecurityEvent } from '@gpushield/contracts';
import type { EventRecord } from './event-store.ts';
import type { InventoryRecord } from './inventory-store.ts';

export const presentEvent = (event: EventRecord): SecurityEvent => ({
  id: event.id,
  node_id: event.nodeId,
  sensor_id: event.sensorId,
  gpu_id: event.gpuId,
  event_type: event.type,
  severity: event.severity,
  title: event.title,
  description: event.description,
  timestamp: event.occurredAt.toISOString(),
  received_at: event.receivedAt.toISOString(),
  fingerprint: event.fingerprint,
  evidence: event.evidence,
  alert_id: event.alertId,
});

export const presentInventory = (record: InventoryRecord): InventoryState => ({
  sensor_id: record.sensorId,
  node_id: record.nodeId,
  received_at: record.receivedAt.toISOString(),
  baseline_at: record.baselineAt.toISOString(),
  // A report that repeats the last one is only dated, so the stored document's own time may be older.
  inventory: { ...record.inventory, collected_at: record.collectedAt.toISOString() },
  drift: record.drift.map(({ kind, name, change, expected, actual }) => ({
    kind,
    name,
    change,
    expected,
    actual,
  })),
});
