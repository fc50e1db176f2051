import { Type, type Static } from 'typebox';
import { Timestamp, Uuid, nullable } from './common.ts';
import { DiskName } from './reservations.ts';

export const CreateDisk = Type.Object(
  { disk_name: DiskName, size_gb: Type.Optional(Type.Integer({ minimum: 10, maximum: 10_000 })) },
  { additionalProperties: false },
);
export type CreateDisk = Static<typeof CreateDisk>;
export const RenameDisk = Type.Object(
  { new_name: Type.String({ minLength: 1, maxLength: 200, description: 'At most 50 of A-Z a-z 0-9 _ -' }) },
  { additionalProperties: false },
);
export const CloneDisk = Type.Object(
  { new_name: DiskName, snapshot_id: Type.Optional(Uuid) },
  { additionalProperties: false },
);

export const diskActions = ['create', 'delete', 'rename', 'clone', 'restore', 'unlock', 'snapshot'] as const;
export type DiskActionName = (typeof diskActions)[number];

/** What a change of a disk answers; `operation_id` can be polled. */
export const DiskOperationStarted = Type.Object({
  operation_id: Uuid,
  disk_name: Type.String(),
  action: Type.Enum([...diskActions]),
  message: Type.String(),
  requested_at: Timestamp,
});
export type DiskOperationStarted = Static<typeof DiskOperationStarted>;

export const Disk = Type.Object({
  disk_name: Type.String(),
  user_id: Type.String({ description: 'The username' }),
  size_gb: Type.Integer(),
  created_at: Timestamp,
  last_used: nullable(Timestamp),
  in_use: Type.Boolean(),
  reservation_id: nullable(Uuid),
  is_backing_up: Type.Boolean(),
  is_deleted: Type.Boolean(),
  delete_date: nullable(Timestamp),
  snapshot_count: Type.Integer(),
  status: Type.Enum(['creating', 'ready', 'failed', 'deleted']),
  status_detail: nullable(Type.String()),
});
export type Disk = Static<typeof Disk>;
export const DiskList = Type.Object({ disks: Type.Array(Disk), total: Type.Integer() });
export type DiskList = Static<typeof DiskList>;

export const DiskOperation = Type.Object({
  operation_id: Uuid,
  disk_name: Type.String(),
  action: Type.Enum([...diskActions]),
  status: Type.Enum(['pending', 'running', 'completed', 'failed']),
  error: nullable(Type.String()),
  is_deleted: Type.Boolean(),
  delete_date: nullable(Timestamp),
  created_at: Timestamp,
  last_updated: Timestamp,
  completed: Type.Boolean(),
});
export type DiskOperation = Static<typeof DiskOperation>;

export const DiskContent = Type.Object({
  disk_name: Type.String(),
  content: nullable(Type.String({ description: 'A tree, as text' })),
  s3_path: nullable(Type.String({ description: 'Always null here: listings are kept in the database' })),
  snapshot_date: nullable(Timestamp),
  message: nullable(Type.String()),
});
export type DiskContent = Static<typeof DiskContent>;

export const DiskRenamed = Type.Object({
  message: Type.String(),
  old_name: Type.String(),
  new_name: Type.String(),
  snapshots_updated: Type.Integer(),
  errors: Type.Optional(Type.Array(Type.String())),
});
export type DiskRenamed = Static<typeof DiskRenamed>;

export const DiskSnapshot = Type.Object({
  snapshot_id: Uuid,
  disk_name: Type.String(),
  status: Type.Enum(['creating', 'ready', 'failed']),
  created_at: Timestamp,
  job_id: nullable(Uuid),
  size_bytes: nullable(Type.Integer()),
});
export type DiskSnapshot = Static<typeof DiskSnapshot>;
export const DiskSnapshotList = Type.Object({ snapshots: Type.Array(DiskSnapshot), total: Type.Integer() });
