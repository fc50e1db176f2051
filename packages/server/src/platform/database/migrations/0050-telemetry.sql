-- One row a record, in partitions by day of `timestamp` that the server makes ahead and drops by retention. What
-- is older than the first of them, or late, goes to the DEFAULT partition. There are no foreign keys: telemetry
-- outlives the GPU, node and sensor it speaks of, until retention.
CREATE TABLE telemetry_records (
  id uuid NOT NULL,
  gpu_id uuid NOT NULL,
  node_id uuid NOT NULL,
  sensor_id uuid,
  "timestamp" timestamptz(3) NOT NULL,
  received_at timestamptz(3) NOT NULL,
  gpu_utilization double precision,
  memory_utilization double precision,
  memory_used double precision,
  memory_total double precision,
  temperature double precision,
  memory_temperature double precision,
  power_usage double precision,
  energy_consumption double precision,
  sm_clock double precision,
  memory_clock double precision,
  fan_speed double precision,
  pcie_rx double precision,
  pcie_tx double precision,
  ecc_corrected double precision,
  ecc_uncorrected double precision,
  telemetry_type text NOT NULL,
  extra jsonb
) PARTITION BY RANGE ("timestamp");

-- One index for each thing that records are listed by, walked backwards. Ascending, because new entries then go to
-- the right end, which B-trees are fastest at; without the id, which a small sort of equal times adds for the list:
-- half the size, and equal times are stored once.
CREATE INDEX telemetry_records_gpu ON telemetry_records (gpu_id, "timestamp");
CREATE INDEX telemetry_records_node ON telemetry_records (node_id, "timestamp");
CREATE INDEX telemetry_records_sensor ON telemetry_records (sensor_id, "timestamp");
CREATE INDEX telemetry_records_newest ON telemetry_records ("timestamp");

CREATE TABLE telemetry_records_default PARTITION OF telemetry_records DEFAULT;
