-- The keys that values in this database were ever sealed with. Each canary opens with its key only, so that a wrong
-- key is found at the start and not by the first value that does not open.
CREATE TABLE sealing_keys (
  key_id text PRIMARY KEY CHECK (key_id ~ '^[A-Za-z0-9][A-Za-z0-9-]{0,31}$'),
  canary text NOT NULL,
  first_used_at timestamptz(3) NOT NULL,
  -- When nothing was sealed with it any more, and it could be taken out of the configuration.
  retired_at timestamptz(3)
);

-- How far each column has been sealed anew with a key; the walk goes on from here after a restart.
CREATE TABLE sealing_progress (
  key_id text NOT NULL REFERENCES sealing_keys ON DELETE CASCADE,
  place text NOT NULL,
  last_id text,
  scanned bigint NOT NULL DEFAULT 0,
  resealed bigint NOT NULL DEFAULT 0,
  failed bigint NOT NULL DEFAULT 0,
  updated_at timestamptz(3) NOT NULL,
  finished_at timestamptz(3),
  PRIMARY KEY (key_id, place)
);
