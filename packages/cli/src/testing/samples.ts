import {
  defaultSensorConfiguration,
  type Alert,
  type ApiKey,
  type Node,
  type Sensor,
  type User,
} from '@gpushield/contracts';

const at = '2026-01-31T12:00:00.000Z';
export const sampleNow = Date.parse('2026-01-31T12:05:00.000Z');

export const userSample: User = {
  id: '0197f000-0000-7000-8000-000000000001',
  username: 'ada',
  kind: 'person',
  email: null,
  roles: ['admin'],
  disabled: false,
  created_at: at,
  updated_at: at,
  last_login_at: null,
};

export const nodeSample = (id: string, name: string): Node => ({
  id,
  name,
  cluster_id: 'default',
  ip_address: null,
  kubernetes_version: null,
  kernel_version: null,
  operating_system: null,
  architecture: null,
  labels: {},
  status: 'online',
  gpu_count: 0,
  sensor_count: 1,
  registered_by: 'x',
  last_seen_at: at,
  created_at: at,
  updated_at: at,
});

export const keySample: ApiKey = {
  id: '0197f000-0000-7000-8000-00000000000a',
  user_id: userSample.id,
  username: 'ada',
  key_prefix: 'gpsk_abc',
  description: '',
  scopes: null,
  allowed_addresses: null,
  created_at: at,
  expires_at: null,
  last_used_at: null,
  revoked_at: null,
};

export const sensorSample: Sensor = {
  id: '0197f000-0000-7000-8000-0000000000aa',
  node_id: '0197f000-0000-7000-8000-000000000002',
  name: 'host-1',
  sensor_type: 'gpu',
  version: '0.1.0',
  capabilities: [],
  status: 'online',
  health: 'healthy',
  health_detail: null,
  spooled_records: 0,
  configuration: defaultSensorConfiguration,
  configuration_version: 1,
  reported_configuration_version: 1,
  registered_by: 'x',
  last_heartbeat_at: at,
  created_at: at,
  updated_at: at,
};

export const alertSample = (fields: Partial<Alert> = {}): Alert => ({
  id: '0197f000-0000-7000-8000-0000000000b1',
  title: 'Module changed',
  description: '',
  severity: 'high',
  status: 'open',
  source: 'integrity',
  fingerprint: 'f',
  node_id: null,
  gpu_id: null,
  sensor_id: null,
  assignee: null,
  occurrences: 1,
  first_seen_at: at,
  last_seen_at: at,
  acknowledged_at: null,
  acknowledged_by: null,
  resolved_at: null,
  resolved_by: null,
  resolution: null,
  evidence: {},
  created_at: at,
  updated_at: at,
  ...fields,
});
