-- What processes of a workload (image, else command) usually do: an n-gram model of their syscalls.
CREATE TABLE behaviour_baselines (
  id uuid PRIMARY KEY,
  workload text NOT NULL UNIQUE,
  status text NOT NULL CHECK (status IN ('learning', 'frozen')),
  -- Grows with each change: who holds the model in memory sees whether it is the present one.
  version int NOT NULL,
  sequences bigint NOT NULL,
  syscalls bigint NOT NULL,
  -- zstd of the model as JSON.
  model bytea NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
);
CREATE INDEX behaviour_baselines_newest ON behaviour_baselines (created_at DESC, id DESC);
CREATE INDEX behaviour_baselines_age ON behaviour_baselines (updated_at) WHERE status = 'learning';
-- How far learning came: one row, locked by the replica that learns.
CREATE TABLE behaviour_position (
  one boolean PRIMARY KEY DEFAULT true CHECK (one),
  received_at timestamptz(3) NOT NULL,
  chunk_id uuid NOT NULL
);
INSERT INTO behaviour_position (received_at, chunk_id) VALUES ('epoch', '00000000-0000-0000-0000-000000000000');
