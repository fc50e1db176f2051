-- An enum, so that the severer of two is GREATEST(a, b).
CREATE TYPE alert_severity AS ENUM ('info', 'low', 'medium', 'high', 'critical');

CREATE TABLE alerts (
  id uuid PRIMARY KEY,
  title text NOT NULL,
  description text NOT NULL,
  severity alert_severity NOT NULL,
  status text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'acknowledged', 'resolved')),
  source text NOT NULL,
  fingerprint text NOT NULL,
  node_id uuid,
  gpu_id uuid,
  sensor_id uuid,
  assignee text,
  occurrences bigint NOT NULL CHECK (occurrences >= 1),
  first_seen_at timestamptz(3) NOT NULL,
  last_seen_at timestamptz(3) NOT NULL,
  acknowledged_at timestamptz(3),
  acknowledged_by text,
  resolved_at timestamptz(3),
  resolved_by text,
  resolution text CHECK (resolution IN ('fixed', 'accepted')),
  -- json, not jsonb: kept as it came and never searched; jsonb refuses the NUL and lone surrogates of hostile input.
  evidence json NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT alerts_resolved_whole CHECK ((status = 'resolved') = (resolved_at IS NOT NULL AND resolution IS NOT NULL))
);

-- Deduplication, and its guard against races between replicas: one unresolved alert a fingerprint.
CREATE UNIQUE INDEX alerts_unresolved_fingerprint ON alerts (fingerprint) WHERE status <> 'resolved';
CREATE INDEX alerts_newest ON alerts (created_at DESC, id DESC);
CREATE INDEX alerts_status_severity ON alerts (status, severity, created_at DESC, id DESC);
CREATE INDEX alerts_last_seen ON alerts (last_seen_at DESC);
CREATE INDEX alerts_node ON alerts (node_id, created_at DESC, id DESC) WHERE node_id IS NOT NULL;
CREATE INDEX alerts_gpu ON alerts (gpu_id, created_at DESC, id DESC) WHERE gpu_id IS NOT NULL;
CREATE INDEX alerts_assignee ON alerts (assignee, created_at DESC, id DESC) WHERE assignee IS NOT NULL;

CREATE TABLE alert_history (
  id uuid PRIMARY KEY,
  alert_id uuid NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
  at timestamptz(3) NOT NULL,
  actor text NOT NULL,
  action text NOT NULL CHECK (action IN ('created', 'repeated', 'acknowledged', 'assigned', 'resolved', 'noted')),
  from_status text,
  to_status text,
  note text
);

CREATE INDEX alert_history_newest ON alert_history (alert_id, at DESC, id DESC);
