import { Type, type Static } from 'typebox';
import { Labels, Timestamp, nullable, text } from './common.ts';
import { GpuTypeName } from './reservations.ts';

/** A row of the operator's table of types. What a cluster really has comes from its nodes, never from here. */
export const GpuTypeSettings = Type.Object(
  {
    instance_type: Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' }),
    kind: Type.Enum(['gpu', 'mig', 'cpu']),
    vendor: Type.Enum(['nvidia', 'amd', 'intel', 'none']),
    gpus_per_node: Type.Integer({ minimum: 0, maximum: 1024 }),
    max_gpus_per_node_and_job: Type.Optional(Type.Integer({ minimum: 1, maximum: 1024 })),
    slots_per_node: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 1024, description: 'Jobs that share a node of a CPU type' }),
    ),
    vcpus: Type.Integer({ minimum: 0, maximum: 10_000 }),
    memory_gib: Type.Integer({ minimum: 0, maximum: 100_000 }),
    gpu_memory_gib: Type.Optional(nullable(Type.Integer({ minimum: 0, maximum: 10_000 }))),
    resource_name: Type.Optional(
      nullable(
        Type.String({
          maxLength: 128,
          pattern: '^[a-z0-9][a-z0-9./-]*$',
          description: 'In Kubernetes, such as nvidia.com/gpu',
        }),
      ),
    ),
    node_labels: Type.Optional(Labels),
    runtime_class: Type.Optional(nullable(Type.String({ maxLength: 63, pattern: '^[a-z0-9][a-z0-9.-]*$' }))),
    require_kata: Type.Optional(Type.Boolean()),
    enabled: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type GpuTypeSettings = Static<typeof GpuTypeSettings>;

export const GpuTypeEntry = Type.Object({
  gpu_type: Type.String(),
  instance_type: Type.String(),
  kind: Type.Enum(['gpu', 'mig', 'cpu']),
  vendor: Type.Enum(['nvidia', 'amd', 'intel', 'none']),
  gpus_per_node: Type.Integer(),
  max_gpus_per_node_and_job: Type.Integer(),
  slots_per_node: Type.Integer(),
  vcpus: Type.Integer(),
  memory_gib: Type.Integer(),
  gpu_memory_gib: nullable(Type.Integer()),
  resource_name: nullable(Type.String()),
  node_labels: Labels,
  runtime_class: nullable(Type.String()),
  require_kata: Type.Boolean(),
  enabled: Type.Boolean(),
});
export type GpuTypeEntry = Static<typeof GpuTypeEntry>;
export const GpuTypeList = Type.Object({ types: Type.Array(GpuTypeEntry) });
export const GpuTypeParams = Type.Object({ type: GpuTypeName });

/** Of a user, of a group, or of everybody who has none of their own (`default`, with the subject `*`). */
export const QuotaSettings = Type.Object(
  {
    max_gpus: Type.Optional(
      nullable(Type.Integer({ minimum: 0, maximum: 100_000, description: 'Held at once' })),
    ),
    max_jobs: Type.Optional(
      nullable(
        Type.Integer({ minimum: 0, maximum: 100_000, description: 'Held at once, queued ones not counted' }),
      ),
    ),
    max_queued: Type.Optional(nullable(Type.Integer({ minimum: 0, maximum: 100_000 }))),
    max_hours: Type.Optional(
      nullable(Type.Number({ exclusiveMinimum: 0, maximum: 720, description: 'First duration of a job' })),
    ),
    max_total_hours: Type.Optional(
      nullable(Type.Number({ exclusiveMinimum: 0, maximum: 720, description: 'With every extension' })),
    ),
    priority: Type.Optional(Type.Integer({ minimum: -100, maximum: 100 })),
    weight: Type.Optional(
      Type.Number({ minimum: 0.01, maximum: 100, description: 'Share of the cluster against others' }),
    ),
    require_kata: Type.Optional(Type.Boolean()),
    allow_profiling: Type.Optional(Type.Boolean()),
  },
  { additionalProperties: false },
);
export type QuotaSettings = Static<typeof QuotaSettings>;
export const Quota = Type.Object({
  kind: Type.Enum(['user', 'group', 'default']),
  subject: Type.String(),
  max_gpus: nullable(Type.Integer()),
  max_jobs: nullable(Type.Integer()),
  max_queued: nullable(Type.Integer()),
  max_hours: nullable(Type.Number()),
  max_total_hours: nullable(Type.Number()),
  priority: Type.Integer(),
  weight: Type.Number(),
  require_kata: Type.Boolean(),
  allow_profiling: Type.Boolean(),
  updated_at: Timestamp,
});
export type Quota = Static<typeof Quota>;
export const QuotaList = Type.Object({ quotas: Type.Array(Quota) });
export const GroupMembers = Type.Object(
  {
    members: Type.Array(Type.String({ minLength: 1, maxLength: 64 }), {
      maxItems: 10_000,
      uniqueItems: true,
    }),
  },
  { additionalProperties: false },
);
export const Group = Type.Object({ group: Type.String(), members: Type.Array(Type.String()) });
export const GroupList = Type.Object({ groups: Type.Array(Group) });

export const JobPriority = Type.Object(
  { priority: Type.Integer({ minimum: -100, maximum: 100 }) },
  { additionalProperties: false },
);

/** Keeps new jobs off a node: at once (`cordoned`), or within a window that is announced before. */
export const NodeMaintenance = Type.Object(
  {
    cordoned: Type.Optional(Type.Boolean()),
    reason: Type.Optional(text(500)),
    from: Type.Optional(nullable(Timestamp)),
    until: Type.Optional(nullable(Timestamp)),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type NodeMaintenance = Static<typeof NodeMaintenance>;
export const ClusterNode = Type.Object({
  name: Type.String(),
  ready: Type.Boolean(),
  takes_jobs: Type.Boolean(),
  reason: nullable(Type.String()),
  cordoned: Type.Boolean(),
  maintenance_from: nullable(Timestamp),
  maintenance_until: nullable(Timestamp),
  pools: Type.Array(
    Type.Object({
      gpu_type: Type.String(),
      total: Type.Integer(),
      used_by_jobs: Type.Integer(),
      used_by_others: Type.Integer(),
      free: Type.Integer(),
    }),
  ),
});
export type ClusterNode = Static<typeof ClusterNode>;
export const ClusterNodeList = Type.Object({
  nodes: Type.Array(ClusterNode),
  as_of: Timestamp,
  stale: Type.Boolean(),
});
