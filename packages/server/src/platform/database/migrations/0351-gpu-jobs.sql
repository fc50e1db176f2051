-- Which job a GPU works for, as its telemetry says: kept for a few minutes, and compared by whichever replica has the task.
CREATE TABLE gpu_jobs (
  gpu_id uuid PRIMARY KEY REFERENCES gpus (id) ON DELETE CASCADE,
  node_id uuid NOT NULL REFERENCES nodes (id) ON DELETE CASCADE,
  job text NOT NULL CHECK (length(job) BETWEEN 1 AND 128),
  seen_at timestamptz(3) NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX gpu_jobs_seen ON gpu_jobs (seen_at);
CREATE INDEX gpu_jobs_node ON gpu_jobs (node_id);
