-- Syscall events and the processes that they score. Events are partitioned by day of their own time; the primary key is
-- the deduplication: an event's id is made of its identity, and the same event has the same time.
CREATE TABLE syscall_events (
  id uuid NOT NULL,
  agent_id text NOT NULL,
  process_id text NOT NULL,
  pid bigint NOT NULL,
  occurred_at timestamptz NOT NULL,
  received_at timestamptz(3) NOT NULL,
  syscall text NOT NULL,
  -- json, not jsonb: kept as it came and never searched.
  fields json,
  metadata json,
  PRIMARY KEY (occurred_at, id)
) PARTITION BY RANGE (occurred_at);
CREATE INDEX syscall_events_process ON syscall_events (process_id, occurred_at);
CREATE TABLE syscall_events_default PARTITION OF syscall_events DEFAULT;

CREATE TABLE processes (
  -- `agent:pid`, or `agent:pid:start`.
  process_id text PRIMARY KEY,
  agent_id text NOT NULL,
  pid bigint NOT NULL,
  started_at timestamptz(3),
  parent_process_id text,
  command text,
  executable text,
  executable_sha256 text,
  user_id bigint,
  user_name text,
  container_id text,
  image text,
  pod text,
  namespace text,
  job_id text,
  node_id uuid,
  -- What the behaviour baseline is learned by: the image, else the command.
  workload text,
  event_count bigint NOT NULL,
  first_seen_at timestamptz(3) NOT NULL,
  last_seen_at timestamptz(3) NOT NULL,
  score_state json NOT NULL,
  -- Of the rules and parameters that made the state.
  score_version text NOT NULL,
  -- The risk at `risk_at`; with nothing new it only falls.
  risk real NOT NULL DEFAULT 0,
  risk_at timestamptz(3) NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX processes_newest ON processes (created_at DESC, process_id DESC);
CREATE INDEX processes_agent ON processes (agent_id, created_at DESC, process_id DESC);
CREATE INDEX processes_job ON processes (job_id, created_at DESC, process_id DESC) WHERE job_id IS NOT NULL;
CREATE INDEX processes_parent ON processes (parent_process_id) WHERE parent_process_id IS NOT NULL;
