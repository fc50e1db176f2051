-- What detection reads beside the seed's metrics, and what it says. NULL columns take no room in a row.
ALTER TABLE telemetry_records
  ADD COLUMN memory_bandwidth_utilization double precision,
  ADD COLUMN tensor_utilization double precision,
  ADD COLUMN power_limit double precision,
  ADD COLUMN nvlink_rx double precision,
  ADD COLUMN nvlink_tx double precision,
  ADD COLUMN pcie_replays double precision,
  ADD COLUMN rows_remapped_correctable double precision,
  ADD COLUMN rows_remapped_uncorrectable double precision,
  ADD COLUMN row_remap_pending double precision,
  ADD COLUMN row_remap_failure double precision,
  ADD COLUMN throttle_thermal double precision,
  ADD COLUMN throttle_power double precision,
  ADD COLUMN ecc_enabled double precision,
  ADD COLUMN process_count double precision,
  ADD COLUMN anomaly_score real,
  -- Reasons in words and numbers, of rows that are anomalous.
  ADD COLUMN anomaly_reasons json;
