-- Agents: who may sign events. Their secrets stand in agent_secrets; those of AGENT_KEYS appear here too.
CREATE TABLE agents (
  id text PRIMARY KEY CHECK (id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$'),
  name text NOT NULL,
  description text NOT NULL,
  status text NOT NULL CHECK (status IN ('active', 'revoked')),
  source text NOT NULL CHECK (source IN ('registered', 'configured')),
  format text NOT NULL CHECK (format IN ('gpushield', 'falco', 'tetragon')),
  node_id uuid,
  sensor_id uuid,
  labels jsonb NOT NULL,
  registered_by text NOT NULL,
  last_seen_at timestamptz(3),
  revoked_at timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
);
CREATE INDEX agents_newest ON agents (created_at DESC, id DESC);

-- Syscall events are kept as they came, a request (or a part of it) a row: compressed JSON beside what finds it. Writing
-- one row for some hundred events is what makes ingest cheap; lists unpack the few rows that they show.
CREATE TABLE syscall_chunks (
  received_at timestamptz(3) NOT NULL,
  -- UUIDv7: chunks of one commit keep their order.
  id uuid NOT NULL,
  agent_id text NOT NULL,
  events int NOT NULL CHECK (events > 0),
  first_at timestamptz NOT NULL,
  last_at timestamptz NOT NULL,
  -- Bit i of byte i/8: event i counted; null: all of them did. Duplicates and wrong events have a 0.
  accepted bytea,
  -- zstd of {"events": [...]}, events as agents send them.
  body bytea NOT NULL,
  PRIMARY KEY (received_at, id)
) PARTITION BY RANGE (received_at);
ALTER TABLE syscall_chunks ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE INDEX syscall_chunks_agent ON syscall_chunks (agent_id, received_at, id);
CREATE TABLE syscall_chunks_default PARTITION OF syscall_chunks DEFAULT;

-- Which chunks hold events of a process.
CREATE TABLE process_chunks (
  received_at timestamptz(3) NOT NULL,
  chunk_id uuid NOT NULL,
  process_id text COLLATE "C" NOT NULL
) PARTITION BY RANGE (received_at);
CREATE INDEX process_chunks_process ON process_chunks (process_id, received_at, chunk_id);
CREATE TABLE process_chunks_default PARTITION OF process_chunks DEFAULT;

-- Every event that ever counted, by its time and 64 bits of the SHA-256 of its identity. In order of time, so that new
-- entries meet in few pages. Days of the default partition stay; a day whose partition is dropped is remembered below.
CREATE TABLE syscall_event_ids (
  occurred_at timestamptz NOT NULL,
  high int NOT NULL,
  low int NOT NULL,
  PRIMARY KEY (occurred_at, high, low)
) PARTITION BY RANGE (occurred_at);
CREATE TABLE syscall_event_ids_default PARTITION OF syscall_event_ids DEFAULT;
-- Days of which nobody knows any more what counted: events of them are refused.
CREATE TABLE syscall_forgotten_days (day date PRIMARY KEY);

-- The same for events that bring an id of their agent's own: that id alone is their identity.
CREATE TABLE syscall_client_ids (
  id uuid PRIMARY KEY,
  received_at timestamptz(3) NOT NULL
);
CREATE INDEX syscall_client_ids_age ON syscall_client_ids USING brin (received_at);

CREATE TABLE processes (
  -- `agent:pid`, or `agent:pid:start` with the start in ms since the epoch.
  process_id text COLLATE "C" PRIMARY KEY,
  agent_id text NOT NULL,
  pid bigint NOT NULL,
  started_at timestamptz(3),
  parent_process_id text COLLATE "C",
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
  -- When each of the eleven facts above (parent to job) was told last, microseconds: the latest telling wins, in any order.
  facts_at bigint[] NOT NULL,
  node_id uuid,
  event_count bigint NOT NULL,
  first_seen_at timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  -- See ScoreState; null: nothing ever happened.
  score_state json,
  -- What a recalculation under way has found so far, and the last recalculation that ended for this process.
  score_next json,
  score_epoch int NOT NULL DEFAULT 0,
  -- The risk at `risk_at`; with nothing new it only falls, and at `falls_at` below the next of the levels that are watched.
  risk real NOT NULL DEFAULT 0,
  risk_at timestamptz(3) NOT NULL,
  falls_at timestamptz(3),
  -- When the score last changed by an event.
  scored_at timestamptz(3) NOT NULL,
  -- Endpoints that were told that it is above their threshold.
  told_above uuid[] NOT NULL DEFAULT '{}',
  alert_id uuid,
  created_at timestamptz(3) NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX processes_newest ON processes (created_at DESC, process_id DESC);
CREATE INDEX processes_agent ON processes (agent_id, created_at DESC, process_id DESC);
CREATE INDEX processes_job ON processes (job_id, created_at DESC, process_id DESC) WHERE job_id IS NOT NULL;
CREATE INDEX processes_parent ON processes (parent_process_id) WHERE parent_process_id IS NOT NULL;
-- A question for a least risk walks the largest of these that holds all of its answers.
CREATE INDEX processes_risk_10 ON processes (created_at DESC, process_id DESC) WHERE risk >= 10;
CREATE INDEX processes_risk_25 ON processes (created_at DESC, process_id DESC) WHERE risk >= 25;
CREATE INDEX processes_risk_50 ON processes (created_at DESC, process_id DESC) WHERE risk >= 50;
CREATE INDEX processes_risk_75 ON processes (created_at DESC, process_id DESC) WHERE risk >= 75;
CREATE INDEX processes_risk_90 ON processes (created_at DESC, process_id DESC) WHERE risk >= 90;
CREATE INDEX processes_falls ON processes (falls_at) WHERE falls_at IS NOT NULL;
CREATE INDEX processes_changed ON processes (scored_at);
-- Summaries do not stop an update from staying on its page.
CREATE INDEX processes_seen ON processes USING brin (last_seen_at);

-- The score over time: a row for each change.
CREATE TABLE score_history (
  at timestamptz(3) NOT NULL,
  id uuid NOT NULL,
  process_id text COLLATE "C" NOT NULL,
  risk real NOT NULL,
  cause text NOT NULL CHECK (cause IN ('events', 'decay', 'recalculation'))
) PARTITION BY RANGE (at);
CREATE INDEX score_history_process ON score_history (process_id, at DESC, id DESC);
CREATE TABLE score_history_default PARTITION OF score_history DEFAULT;

-- Who is told when a risk crosses which threshold. Endpoints without a row that ask for the event have the default.
CREATE TABLE risk_subscriptions (
  endpoint_id uuid PRIMARY KEY REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
  -- Null: the processes of every agent.
  agent_id text REFERENCES agents (id) ON DELETE CASCADE,
  threshold real NOT NULL CHECK (threshold >= 1 AND threshold <= 100),
  -- It is below again when it is this much below the threshold.
  hysteresis real NOT NULL CHECK (hysteresis >= 0 AND hysteresis < threshold),
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL
);
CREATE INDEX risk_subscriptions_agent ON risk_subscriptions (agent_id) WHERE agent_id IS NOT NULL;

CREATE TABLE score_recalculations (
  id uuid PRIMARY KEY,
  epoch int GENERATED ALWAYS AS IDENTITY UNIQUE,
  status text NOT NULL CHECK (status IN ('reading', 'replacing', 'succeeded', 'cancelled')),
  rules_version text NOT NULL,
  -- Chunks that were there at its start; those after it count in both states.
  until_received_at timestamptz(3) NOT NULL,
  until_chunk_id uuid NOT NULL,
  chunks_total bigint NOT NULL,
  chunks_done bigint NOT NULL DEFAULT 0,
  events_done bigint NOT NULL DEFAULT 0,
  processes_done bigint NOT NULL DEFAULT 0,
  -- How far it came: the last chunk read, then the last process replaced.
  at_received_at timestamptz(3),
  at_chunk_id uuid,
  at_process_id text COLLATE "C",
  started_by text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  finished_at timestamptz(3)
);
CREATE UNIQUE INDEX score_recalculations_one ON score_recalculations ((true)) WHERE status IN ('reading', 'replacing');
CREATE INDEX score_recalculations_newest ON score_recalculations (created_at DESC, id DESC);
