-- The whole life of an alert. Closed are resolved and false_positive; everything else asks for somebody.
ALTER TABLE alerts DROP CONSTRAINT alerts_status_check;
ALTER TABLE alerts DROP CONSTRAINT alerts_resolved_whole;
ALTER TABLE alerts ADD CONSTRAINT alerts_status_check
  CHECK (status IN ('open', 'acknowledged', 'investigating', 'resolved', 'false_positive', 'reopened'));
ALTER TABLE alerts ADD CONSTRAINT alerts_closed_whole CHECK (
  (status IN ('resolved', 'false_positive')) = (resolved_at IS NOT NULL)
  AND (status = 'resolved') = (resolution IS NOT NULL)
);

-- A severity that a person set stays: what is seen again does not raise it.
ALTER TABLE alerts ADD COLUMN severity_set_by text;

-- One source on one node within a quarter of an hour is one group. Generated, so that every writer agrees.
ALTER TABLE alerts ADD COLUMN group_at timestamptz(3) NOT NULL GENERATED ALWAYS AS
  (date_bin(interval '15 minutes', created_at, timestamptz '2000-01-01 00:00:00+00')) STORED;
ALTER TABLE alerts ADD COLUMN group_key text NOT NULL GENERATED ALWAYS AS (
  source || ':' || COALESCE(node_id::text, '-') || ':' || (extract(epoch FROM
    date_bin(interval '15 minutes', created_at, timestamptz '2000-01-01 00:00:00+00')
    - timestamptz '1970-01-01 00:00:00+00')::bigint)::text
) STORED;

DROP INDEX alerts_unresolved_fingerprint;
CREATE UNIQUE INDEX alerts_active_fingerprint ON alerts (fingerprint)
  WHERE status NOT IN ('resolved', 'false_positive');
CREATE INDEX alerts_group ON alerts (group_at DESC, group_key DESC);
CREATE INDEX alerts_source ON alerts (source, created_at DESC, id DESC);
-- What somebody still has to look at, newest first, however much was closed.
CREATE INDEX alerts_active_newest ON alerts (created_at DESC, id DESC)
  WHERE status NOT IN ('resolved', 'false_positive');
-- Retention walks from the oldest end.
CREATE INDEX alerts_closed ON alerts (resolved_at) WHERE resolved_at IS NOT NULL;

ALTER TABLE alert_history DROP CONSTRAINT alert_history_action_check;
ALTER TABLE alert_history ADD CONSTRAINT alert_history_action_check CHECK (action IN (
  'created', 'repeated', 'acknowledged', 'assigned', 'resolved', 'noted',
  'investigating', 'false_positive', 'reopened', 'severity_changed', 'commented'));

-- A finding that was called a false alarm opens no alert until `muted_until`. One row a fingerprint.
CREATE TABLE alert_mutes (
  fingerprint text PRIMARY KEY,
  alert_id uuid NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
  muted_until timestamptz(3) NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL
);
CREATE INDEX alert_mutes_alert ON alert_mutes (alert_id);
CREATE INDEX alert_mutes_end ON alert_mutes (muted_until);
