-- Nodes, their GPUs and their sensors. `registered_by` is the principal that may use its `:own` scopes on the row.
CREATE TABLE nodes (
  id uuid PRIMARY KEY,
  name text NOT NULL,
  cluster_id text NOT NULL,
  ip_address text,
  kubernetes_version text,
  kernel_version text,
  operating_system text,
  architecture text,
  labels jsonb NOT NULL DEFAULT '{}',
  registered_by text NOT NULL,
  last_seen_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT nodes_cluster_id_name UNIQUE (cluster_id, name)
) WITH (fillfactor = 80); -- Heartbeats rewrite rows; free room in each page keeps those updates off the indexes.

CREATE INDEX nodes_newest ON nodes (created_at DESC, id DESC);
CREATE INDEX nodes_name_prefix ON nodes (name text_pattern_ops);

CREATE TABLE gpus (
  id uuid PRIMARY KEY,
  node_id uuid NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
  vendor text NOT NULL CHECK (vendor IN ('nvidia', 'amd', 'intel')),
  model text NOT NULL,
  device_id text NOT NULL,
  uuid text NOT NULL,
  memory_total bigint NOT NULL CHECK (memory_total >= 0),
  compute_capability text,
  driver_version text,
  vbios_version text,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT gpus_uuid UNIQUE (uuid)
);

CREATE INDEX gpus_newest ON gpus (created_at DESC, id DESC);
CREATE INDEX gpus_node_id ON gpus (node_id, created_at DESC, id DESC);

CREATE TABLE sensors (
  id uuid PRIMARY KEY,
  node_id uuid NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
  name text NOT NULL,
  sensor_type text NOT NULL,
  version text NOT NULL,
  capabilities jsonb NOT NULL DEFAULT '[]',
  health text CHECK (health IN ('healthy', 'degraded', 'unhealthy')),
  health_detail text,
  spooled_records bigint NOT NULL DEFAULT 0,
  configuration jsonb NOT NULL,
  configuration_version int NOT NULL DEFAULT 1,
  reported_configuration_version bigint,
  registered_by text NOT NULL,
  last_heartbeat_at timestamptz(3),
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  updated_at timestamptz(3) NOT NULL DEFAULT now(),
  CONSTRAINT sensors_node_id_name UNIQUE (node_id, name)
) WITH (fillfactor = 70);

CREATE INDEX sensors_newest ON sensors (created_at DESC, id DESC);
CREATE INDEX sensors_registered_by ON sensors (registered_by, created_at DESC, id DESC);
