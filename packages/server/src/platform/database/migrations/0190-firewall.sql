-- The prompt firewall's policies: for a model, a principal, both, or (neither) everyone.
CREATE TABLE firewall_policies (
  id uuid PRIMARY KEY,
  model text,
  principal_id text,
  description text NOT NULL DEFAULT '',
  settings jsonb NOT NULL,
  created_at timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  UNIQUE NULLS NOT DISTINCT (model, principal_id)
);
CREATE INDEX firewall_policies_by_time ON firewall_policies (created_at DESC, id DESC);

-- Risk that a session has gathered: decays by half in half an hour, so that a row is enough for any number of calls.
CREATE TABLE firewall_session_risk (
  session_key bytea PRIMARY KEY,
  risk real NOT NULL,
  findings integer NOT NULL,
  updated_at timestamptz NOT NULL
);
CREATE INDEX firewall_session_risk_by_time ON firewall_session_risk (updated_at);
