import { Type, type Static } from 'typebox';
import { Labels, Name, Timestamp, Uuid, nullable, text } from './common.ts';

const strict = { additionalProperties: false } as const;

export const Node = Type.Object({
  id: Uuid,
  name: Type.String(),
  cluster_id: Type.String(),
  ip_address: nullable(Type.String()),
  kubernetes_version: nullable(Type.String()),
  kernel_version: nullable(Type.String()),
  operating_system: nullable(Type.String()),
  architecture: nullable(Type.String()),
  labels: Labels,
  status: Type.Enum(['online', 'offline', 'unknown'], {
    description:
      'Of its sensors: online when one of them is. Without a sensor: whether a record of its GPUs came in the last 5 minutes.',
  }),
  gpu_count: Type.Integer(),
  sensor_count: Type.Integer(),
  registered_by: Type.String(),
  last_seen_at: nullable(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Node = Static<typeof Node>;

const nodeFacts = {
  ip_address: Type.Optional(
    nullable(Type.Union([Type.String({ format: 'ipv4' }), Type.String({ format: 'ipv6' })])),
  ),
  kubernetes_version: Type.Optional(nullable(text(64))),
  kernel_version: Type.Optional(nullable(text(128))),
  operating_system: Type.Optional(nullable(text(128))),
  architecture: Type.Optional(nullable(text(32))),
  labels: Type.Optional(Labels),
};
export const RegisterNode = Type.Object(
  { name: Name, cluster_id: Type.Optional(Type.Intersect([Name], { default: 'default' })), ...nodeFacts },
  strict,
);
export type RegisterNode = Static<typeof RegisterNode>;
export const UpdateNode = Type.Object(nodeFacts, { ...strict, minProperties: 1 });
export type UpdateNode = Static<typeof UpdateNode>;

export const GpuVendor = Type.Enum(['nvidia', 'amd', 'intel']);
export type GpuVendor = Static<typeof GpuVendor>;

export const Gpu = Type.Object({
  id: Uuid,
  node_id: Uuid,
  vendor: GpuVendor,
  model: Type.String(),
  device_id: Type.String({ description: 'PCI address, such as 0000:00:1e.0' }),
  uuid: Type.String({ description: "The vendor's UUID of the device" }),
  memory_total: Type.Integer({ description: 'MiB' }),
  compute_capability: nullable(Type.String()),
  driver_version: nullable(Type.String()),
  vbios_version: nullable(Type.String()),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Gpu = Static<typeof Gpu>;
export const RegisterGpu = Type.Object(
  {
    node_id: Type.Optional(Uuid),
    vendor: GpuVendor,
    model: text(128, 1),
    device_id: text(64, 1),
    uuid: Type.String({ minLength: 1, maxLength: 96, pattern: '^[A-Za-z0-9._:-]+$' }),
    memory_total: Type.Integer({ minimum: 0, maximum: 16_777_216, description: 'MiB' }),
    compute_capability: Type.Optional(nullable(text(16))),
    driver_version: Type.Optional(nullable(text(64))),
    vbios_version: Type.Optional(nullable(text(64))),
  },
  strict,
);
export type RegisterGpu = Static<typeof RegisterGpu>;

/** What a sensor does and how often; the server owns it and pushes it. */
export const SensorConfiguration = Type.Object(
  {
    heartbeat_interval_seconds: Type.Number({ minimum: 1, maximum: 3600 }),
    telemetry_interval_seconds: Type.Number({ minimum: 0.1, maximum: 3600 }),
    integrity_interval_seconds: Type.Number({ minimum: 1, maximum: 86_400 }),
    kernel_log_enabled: Type.Boolean(),
    extra_integrity_paths: Type.Array(Type.String({ minLength: 1, maxLength: 1024, pattern: '^/' }), {
      maxItems: 256,
      description: 'Absolute paths of further files to hash; a directory means the files directly in it',
    }),
  },
  strict,
);
export type SensorConfiguration = Static<typeof SensorConfiguration>;
export const defaultSensorConfiguration: SensorConfiguration = {
  heartbeat_interval_seconds: 10,
  telemetry_interval_seconds: 1,
  integrity_interval_seconds: 30,
  kernel_log_enabled: true,
  extra_integrity_paths: [],
};

export const SensorHealth = Type.Enum(['healthy', 'degraded', 'unhealthy']);
export const Sensor = Type.Object({
  id: Uuid,
  node_id: Uuid,
  name: Type.String(),
  sensor_type: Type.String(),
  version: Type.String(),
  capabilities: Type.Array(Type.String()),
  status: Type.Enum(['online', 'offline', 'never_seen'], {
    description: 'online: a heartbeat in the last three intervals',
  }),
  health: nullable(SensorHealth),
  health_detail: nullable(Type.String()),
  spooled_records: Type.Integer({ description: 'Records waiting on the node' }),
  configuration: SensorConfiguration,
  configuration_version: Type.Integer(),
  reported_configuration_version: nullable(Type.Integer()),
  registered_by: Type.String(),
  last_heartbeat_at: nullable(Timestamp),
  created_at: Timestamp,
  updated_at: Timestamp,
});
export type Sensor = Static<typeof Sensor>;
export const RegisterSensor = Type.Object(
  {
    name: Name,
    node_id: Uuid,
    sensor_type: Type.Optional(Type.Intersect([Name], { default: 'gpu' })),
    version: text(64, 1),
    capabilities: Type.Optional(Type.Array(text(64, 1), { maxItems: 64, uniqueItems: true })),
  },
  strict,
);
export type RegisterSensor = Static<typeof RegisterSensor>;
export const Heartbeat = Type.Object(
  {
    health: SensorHealth,
    health_detail: Type.Optional(nullable(text(1000))),
    version: Type.Optional(text(64, 1)),
    configuration_version: Type.Optional(Type.Integer({ minimum: 0 })),
    spooled_records: Type.Optional(Type.Integer({ minimum: 0 })),
  },
  strict,
);
export type Heartbeat = Static<typeof Heartbeat>;
/** `configuration` is present when the sensor's version is not the current one. */
export const HeartbeatAnswer = Type.Object({
  received_at: Timestamp,
  configuration_version: Type.Integer(),
  configuration: Type.Optional(SensorConfiguration),
});
export type HeartbeatAnswer = Static<typeof HeartbeatAnswer>;
export const ConfigurationAnswer = Type.Object({
  configuration_version: Type.Integer(),
  configuration: SensorConfiguration,
});
export type ConfigurationAnswer = Static<typeof ConfigurationAnswer>;
