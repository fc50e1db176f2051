-- First answers of requests that carried an Idempotency-Key, kept until they expire (standards.md).
CREATE TABLE idempotency_keys (
  principal_id text NOT NULL,
  route text NOT NULL,
  key text NOT NULL,
  payload_hash text NOT NULL,
  status int,
  body jsonb,
  headers jsonb,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  PRIMARY KEY (principal_id, route, key)
);

-- The sweep deletes what expired.
CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at);
