-- Telemetry by minute and by hour, for plots. Arrays are in the vocabulary's order; NULL: no record of the bucket had
-- the metric. `lasts` is what the newest record of the bucket said.
CREATE TABLE telemetry_minutes (
  gpu_id uuid NOT NULL,
  bucket timestamptz(0) NOT NULL,
  mins float8[] NOT NULL,
  maxs float8[] NOT NULL,
  sums float8[] NOT NULL,
  counts int[] NOT NULL,
  lasts float8[] NOT NULL,
  PRIMARY KEY (gpu_id, bucket)
) PARTITION BY RANGE (bucket);
CREATE TABLE telemetry_minutes_default PARTITION OF telemetry_minutes DEFAULT;

CREATE TABLE telemetry_hours (
  gpu_id uuid NOT NULL,
  bucket timestamptz(0) NOT NULL,
  mins float8[] NOT NULL,
  maxs float8[] NOT NULL,
  sums float8[] NOT NULL,
  counts int[] NOT NULL,
  lasts float8[] NOT NULL,
  PRIMARY KEY (gpu_id, bucket)
);
CREATE INDEX telemetry_hours_bucket ON telemetry_hours (bucket);

-- Minutes that got records after they may have been rolled up: written in the transaction of those records, read as
-- "do not trust the roll-up", removed when it is made anew.
CREATE TABLE telemetry_late (
  gpu_id uuid NOT NULL,
  bucket timestamptz(0) NOT NULL,
  marked_at timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (gpu_id, bucket)
);

-- Up to where minutes and hours are rolled up. One row.
CREATE TABLE telemetry_rollup_state (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  minutes_until timestamptz(0) NOT NULL,
  hours_until timestamptz(0) NOT NULL
);
