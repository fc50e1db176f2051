-- What sensors report and what the server makes of inventories. `alert_id` names the alert that an event raised;
-- there are no foreign keys to the fleet: evidence outlives the node that it speaks of.
CREATE TABLE security_events (
  id uuid PRIMARY KEY,
  node_id uuid NOT NULL,
  sensor_id uuid,
  gpu_id uuid,
  event_type text NOT NULL,
  severity text NOT NULL CHECK (severity IN ('info', 'low', 'medium', 'high', 'critical')),
  title text NOT NULL,
  description text NOT NULL,
  occurred_at timestamptz(3) NOT NULL,
  received_at timestamptz(3) NOT NULL,
  fingerprint text NOT NULL,
  -- json, not jsonb: kept as it came and never searched; jsonb refuses the NUL and lone surrogates of hostile input.
  evidence json NOT NULL,
  alert_id uuid
);

CREATE INDEX security_events_newest ON security_events (occurred_at DESC, id DESC);
CREATE INDEX security_events_node ON security_events (node_id, occurred_at DESC, id DESC);
CREATE INDEX security_events_gpu ON security_events (gpu_id, occurred_at DESC, id DESC) WHERE gpu_id IS NOT NULL;
CREATE INDEX security_events_type ON security_events (event_type, occurred_at DESC, id DESC);
-- Retention goes by the server's clock: a node's own may be wrong by years.
CREATE INDEX security_events_received ON security_events (received_at);

-- One row a sensor holds all that a report is compared with, so that one row lock orders reports of a sensor.
-- No foreign key: the row of a deleted sensor waits for the next sensor of its node, which takes it over. Else a node
-- that was broken into could delete its sensor, register it anew, and so bless itself.
CREATE TABLE inventories (
  sensor_id uuid PRIMARY KEY,
  node_id uuid NOT NULL,
  -- SHA-256 of the report without its time: an equal one changes nothing below.
  digest text NOT NULL,
  drift_count int NOT NULL,
  collected_at timestamptz(3) NOT NULL,
  received_at timestamptz(3) NOT NULL,
  baseline_at timestamptz(3) NOT NULL,
  baseline_by text NOT NULL,
  inventory json NOT NULL,
  observed json NOT NULL,
  baseline json NOT NULL,
  drift json NOT NULL
);

CREATE INDEX inventories_node ON inventories (node_id);
