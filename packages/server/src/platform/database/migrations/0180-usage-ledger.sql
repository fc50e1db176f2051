-- The ledger: every use of a GPU that someone answers for. Inference and reservations write it.
CREATE TABLE usage_entries (
  id uuid NOT NULL PRIMARY KEY,
  at timestamptz NOT NULL,
  principal_id text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('inference', 'reservation')),
  subject text NOT NULL,
  operation text NOT NULL,
  provider text,
  credential_id text,
  outcome text NOT NULL CHECK (outcome IN ('ok', 'blocked', 'aborted', 'failed')),
  prompt_tokens bigint NOT NULL CHECK (prompt_tokens >= 0),
  completion_tokens bigint NOT NULL CHECK (completion_tokens >= 0),
  gpu_seconds double precision NOT NULL CHECK (gpu_seconds >= 0),
  cost double precision NOT NULL CHECK (cost >= 0),
  duration_ms double precision NOT NULL,
  correlation_id text NOT NULL
);
CREATE INDEX usage_entries_at ON usage_entries (at DESC, id DESC);
CREATE INDEX usage_entries_principal ON usage_entries (principal_id, at DESC, id DESC);

-- Keys of model servers, sealed by the server's sealing key.
CREATE TABLE inference_upstream_keys (
  upstream text NOT NULL PRIMARY KEY,
  sealed_key text NOT NULL,
  updated_at timestamptz NOT NULL,
  updated_by text NOT NULL
);
