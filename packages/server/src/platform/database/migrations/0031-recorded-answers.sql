-- Answers that are too large for one row, or that leave while they are still being made: kept in pieces as they pass,
-- and given again for the same Idempotency-Key.
CREATE TABLE recorded_answers (
  id uuid PRIMARY KEY,
  principal_id text NOT NULL,
  route text NOT NULL,
  key text NOT NULL,
  payload_hash text NOT NULL,
  -- running: being made, by whoever renews lease_until · complete: may be given again · dropped: was too large to keep
  state text NOT NULL CHECK (state IN ('running', 'complete', 'dropped')),
  status int,
  headers jsonb,
  lease_until timestamptz NOT NULL,
  created_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL,
  UNIQUE (principal_id, route, key)
);
CREATE INDEX recorded_answers_expires_at ON recorded_answers (expires_at);

CREATE TABLE recorded_answer_pieces (
  answer_id uuid NOT NULL REFERENCES recorded_answers ON DELETE CASCADE,
  sequence int NOT NULL,
  data bytea NOT NULL,
  PRIMARY KEY (answer_id, sequence)
);
