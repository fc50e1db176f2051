import { Type, type Static } from 'typebox';
import { Severity, Timestamp, Uuid, nullable, text } from './common.ts';

export const maxBulkEvents = 1000;

/** Kinds of evidence. `integrity.*` is made by the server out of inventories; sensors report the others. */
export const eventTypes = [
  'integrity.module_changed',
  'integrity.module_added',
  'integrity.module_removed',
  'integrity.firmware_changed',
  'integrity.firmware_added',
  'integrity.firmware_removed',
  'integrity.file_changed',
  'integrity.file_added',
  'integrity.file_removed',
  'integrity.restored',
  'integrity.taint_changed',
  'integrity.kernel_changed',
  'integrity.driver_changed',
  'integrity.toolkit_changed',
  'integrity.unreadable',
  'integrity.many_changes',
  'gpu.xid',
  'driver.ioctl',
  'dma.mapping',
  'other',
] as const;
export type EventType = (typeof eventTypes)[number];
/** What clients may report: the server alone says `integrity.*`. */
export const reportableEventTypes = eventTypes.filter((type) => !type.startsWith('integrity.'));

/**
 * Keys of free records: no control characters, at most 64. `maxLength` on a record's key is not enforced by JSON
 * Schema, and keys outside of the pattern would pass unchecked without `additionalProperties: false`.
 */
const freeKey = Type.String({ pattern: '^[^\\u0000-\\u001F]{1,64}$' });
const freeRecord = { maxProperties: 64, additionalProperties: false } as const;
/** Facts that a finding rests on; at most 16 KiB as JSON. */
export const EvidenceInput = Type.Record(freeKey, Type.Unknown(), freeRecord);

export const SecurityEventInput = Type.Object(
  {
    node_id: Uuid,
    sensor_id: Type.Optional(nullable(Uuid)),
    gpu_id: Type.Optional(nullable(Uuid)),
    event_type: Type.Enum(reportableEventTypes),
    severity: Severity,
    title: text(200, 1),
    description: Type.Optional(text(4000)),
    timestamp: Timestamp,
    fingerprint: Type.Optional(
      Type.String({
        minLength: 1,
        maxLength: 200,
        pattern: '^[\\x20-\\x7e]+$',
        description: 'What makes two events the same finding',
      }),
    ),
    evidence: Type.Optional(EvidenceInput),
  },
  { additionalProperties: false },
);
export type SecurityEventInput = Static<typeof SecurityEventInput>;
export const SecurityEventBulk = Type.Object(
  { records: Type.Array(SecurityEventInput, { minItems: 1, maxItems: maxBulkEvents }) },
  { additionalProperties: false },
);
export const SecurityEvent = Type.Object({
  id: Uuid,
  node_id: Uuid,
  sensor_id: nullable(Uuid),
  gpu_id: nullable(Uuid),
  event_type: Type.String(),
  severity: Severity,
  title: Type.String(),
  description: Type.String(),
  timestamp: Timestamp,
  received_at: Timestamp,
  fingerprint: Type.String(),
  evidence: Type.Record(Type.String(), Type.Unknown()),
  alert_id: nullable(Uuid),
});
export type SecurityEvent = Static<typeof SecurityEvent>;

// ---- inventory -----------------------------------------------------------------------------------------------

const path = Type.String({ minLength: 1, maxLength: 1024, pattern: '^/[^\\u0000]*$' });
const sha256 = Type.String({ pattern: '^[0-9a-f]{64}$' });
/** `sha256` is null when the file could not be read; `problem` then says why. */
const hashed = {
  sha256: nullable(sha256),
  size_bytes: nullable(Type.Integer({ minimum: 0 })),
  problem: Type.Optional(text(200)),
};

export const KernelModule = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 128, pattern: '^[A-Za-z0-9_-]+$' }),
    path: nullable(path),
    ...hashed,
    version: Type.Optional(nullable(text(128))),
    signer: Type.Optional(nullable(text(256))),
    taint: Type.Optional(text(16)),
  },
  { additionalProperties: false },
);
export type KernelModule = Static<typeof KernelModule>;
export const HashedFile = Type.Object({ path, ...hashed }, { additionalProperties: false });
export type HashedFile = Static<typeof HashedFile>;

/** What a sensor sees of its host. Reported whole; the first one is the baseline. */
export const Inventory = Type.Object(
  {
    collected_at: Timestamp,
    host: Type.Object(
      {
        hostname: text(253, 1),
        machine_id: nullable(text(64)),
        boot_id: nullable(text(64)),
        operating_system: text(128),
        architecture: text(32),
        kernel_release: text(128),
        kernel_version: text(256),
        cpu_model: nullable(text(128)),
        cpu_count: Type.Integer({ minimum: 0 }),
        memory_bytes: Type.Integer({ minimum: 0 }),
        virtualization: nullable(text(64)),
      },
      { additionalProperties: false },
    ),
    taint: Type.Object(
      { value: nullable(Type.Integer({ minimum: 0 })), flags: Type.Array(text(64, 1), { maxItems: 64 }) },
      { additionalProperties: false },
    ),
    modules: Type.Array(KernelModule, { maxItems: 2000 }),
    firmware: Type.Array(HashedFile, { maxItems: 5000 }),
    files: Type.Array(HashedFile, { maxItems: 5000, description: 'extra_integrity_paths' }),
    drivers: Type.Record(freeKey, text(256), freeRecord),
    toolkits: Type.Record(freeKey, text(256), freeRecord),
    blind: Type.Array(text(300, 1), { maxItems: 64, description: 'What this sensor cannot see, and why' }),
  },
  { additionalProperties: false },
);
export type Inventory = Static<typeof Inventory>;
/** What reporting an inventory answers: how many differences to the baseline and to the last report it found. */
export const InventoryAnswer = Type.Object({
  baseline: Type.Boolean({ description: 'This report became the baseline' }),
  drift: Type.Integer({ description: 'Items that differ from the baseline now' }),
  events: Type.Integer({ description: 'Security events that this report made' }),
});
export type InventoryAnswer = Static<typeof InventoryAnswer>;
export const DriftItem = Type.Object({
  kind: Type.Enum(['module', 'firmware', 'file', 'taint', 'kernel', 'driver', 'toolkit']),
  name: Type.String(),
  change: Type.Enum(['changed', 'added', 'removed']),
  expected: nullable(Type.String()),
  actual: nullable(Type.String()),
});
export type DriftItem = Static<typeof DriftItem>;
export const InventoryState = Type.Object({
  sensor_id: Uuid,
  node_id: Uuid,
  received_at: Timestamp,
  baseline_at: Timestamp,
  inventory: Inventory,
  drift: Type.Array(DriftItem),
});
export type InventoryState = Static<typeof InventoryState>;
