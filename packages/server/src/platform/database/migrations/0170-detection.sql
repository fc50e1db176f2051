-- Who judged last. The row of a node is written by every transaction that judges records of its GPUs, so that such
-- transactions come one after the other on all replicas; a replica's memory is current while it knows the token.
CREATE TABLE detection_heads (
  node_id uuid PRIMARY KEY REFERENCES nodes (id) ON DELETE CASCADE,
  token uuid NOT NULL,
  previous uuid
) WITH (fillfactor = 50);

-- What detection knows of a GPU: now and then. What it learned since is found in the records behind `last_at`.
CREATE TABLE detection_states (
  gpu_id uuid PRIMARY KEY REFERENCES gpus (id) ON DELETE CASCADE,
  node_id uuid NOT NULL,
  version int NOT NULL,
  last_at timestamptz(3) NOT NULL,
  state bytea STORAGE PLAIN NOT NULL
) WITH (fillfactor = 50);
CREATE INDEX detection_states_node ON detection_states (node_id);

-- One row for each GPU and kind of trouble that it ever had: what was said of it last.
CREATE TABLE detection_findings (
  gpu_id uuid NOT NULL REFERENCES gpus (id) ON DELETE CASCADE,
  family text NOT NULL,
  node_id uuid NOT NULL,
  -- The alert's: of this GPU, or of the first GPU of the node in the same attack.
  fingerprint text NOT NULL,
  alert_id uuid NOT NULL,
  active boolean NOT NULL,
  score real NOT NULL,
  detectors text[] NOT NULL,
  reasons jsonb NOT NULL,
  first_at timestamptz(3) NOT NULL,
  last_at timestamptz(3) NOT NULL,
  PRIMARY KEY (gpu_id, family)
);
CREATE INDEX detection_findings_node ON detection_findings (node_id, family, first_at) WHERE active;
CREATE INDEX detection_findings_newest ON detection_findings (last_at DESC, gpu_id DESC);

-- Switches. The fleet's row has no target; what is not said there is on.
CREATE TABLE detection_switches (
  target_kind text NOT NULL CHECK (target_kind IN ('fleet', 'node', 'gpu')),
  target_id uuid NOT NULL,
  enabled boolean NOT NULL,
  detectors_off text[] NOT NULL,
  threshold real CHECK (threshold > 0 AND threshold <= 1),
  changed_by text NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  PRIMARY KEY (target_kind, target_id)
);

CREATE TABLE detection_maintenance (
  id uuid PRIMARY KEY,
  target_kind text NOT NULL CHECK (target_kind IN ('fleet', 'node', 'gpu')),
  target_id uuid NOT NULL,
  reason text NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3) NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  CONSTRAINT detection_maintenance_ends CHECK (ends_at > starts_at)
);
CREATE INDEX detection_maintenance_end ON detection_maintenance (ends_at);
CREATE INDEX detection_maintenance_newest ON detection_maintenance (created_at DESC, id DESC);
