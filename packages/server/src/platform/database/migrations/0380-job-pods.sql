-- Which job a pod of a cluster is of: what sees processes on a node knows pods by their UIDs, which are never used again.
CREATE TABLE job_pods (
  pod_uid text COLLATE "C" PRIMARY KEY CHECK (length(pod_uid) BETWEEN 1 AND 64),
  job_id uuid NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  created_at timestamptz(3) NOT NULL
);
CREATE INDEX job_pods_job ON job_pods (job_id);
-- Processes that were seen before their pod was known to be a job's.
CREATE INDEX processes_pod ON processes (pod) WHERE pod IS NOT NULL;
