-- An empty list, or null, matches everything. A silence always ends.
CREATE TABLE alert_silences (
  id uuid PRIMARY KEY,
  sources text[] NOT NULL,
  severities alert_severity[] NOT NULL,
  node_ids uuid[] NOT NULL,
  gpu_ids uuid[] NOT NULL,
  fingerprint_prefix text,
  reason text NOT NULL,
  starts_at timestamptz(3) NOT NULL,
  ends_at timestamptz(3) NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  ended_by text,
  CHECK (ends_at >= starts_at)
);
CREATE INDEX alert_silences_end ON alert_silences (ends_at);
CREATE INDEX alert_silences_newest ON alert_silences (created_at DESC, id DESC);
