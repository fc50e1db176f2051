-- Reservations: GPUs for people. A job row says what should be (wishes, above) and what was seen (below); queue messages
-- only wake the reconciler of one job or disk, which compares the two and moves one step.

-- Seed 2 names users by whole numbers.
ALTER TABLE users ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
CREATE UNIQUE INDEX users_number_key ON users (number);

-- Which AWS identity is which user. Never the session name alone: that is the caller's to choose.
CREATE TABLE aws_identities (
  partition text NOT NULL,
  account_id text NOT NULL CHECK (account_id ~ '^[0-9]{12}$'),
  role_id text NOT NULL,
  session_name text NOT NULL,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at timestamptz(3) NOT NULL,
  last_login_at timestamptz(3) NOT NULL,
  PRIMARY KEY (partition, account_id, role_id, session_name)
);
CREATE INDEX aws_identities_user ON aws_identities (user_id);
-- Signatures that were used, for as long as they could be used again: a replica must know what another took.
CREATE TABLE aws_login_signatures (
  signature bytea PRIMARY KEY CHECK (octet_length(signature) = 32),
  expires_at timestamptz(3) NOT NULL
);
CREATE INDEX aws_login_signatures_expiry ON aws_login_signatures (expires_at);

-- The operator's table of types; what a cluster really has comes from its nodes.
CREATE TABLE gpu_types (
  gpu_type text PRIMARY KEY CHECK (gpu_type = lower(gpu_type) AND length(gpu_type) BETWEEN 1 AND 64),
  instance_type text NOT NULL,
  kind text NOT NULL CHECK (kind IN ('gpu', 'mig', 'cpu')),
  vendor text NOT NULL CHECK (vendor IN ('nvidia', 'amd', 'intel', 'none')),
  gpus_per_node int NOT NULL CHECK (gpus_per_node >= 0),
  max_gpus_per_node_and_job int NOT NULL CHECK (max_gpus_per_node_and_job > 0),
  -- Jobs that share a node of a CPU type.
  slots_per_node int NOT NULL DEFAULT 4 CHECK (slots_per_node > 0),
  vcpus int NOT NULL,
  memory_gib int NOT NULL,
  gpu_memory_gib int,
  resource_name text,
  node_labels jsonb NOT NULL DEFAULT '{}',
  runtime_class text,
  require_kata boolean NOT NULL DEFAULT false,
  enabled boolean NOT NULL DEFAULT true,
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);
INSERT INTO gpu_types (gpu_type, instance_type, kind, vendor, gpus_per_node, max_gpus_per_node_and_job, vcpus, memory_gib,
  gpu_memory_gib, resource_name, node_labels, runtime_class) VALUES
  ('t4', 'g4dn.12xlarge', 'gpu', 'nvidia', 4, 4, 48, 192, 16, 'nvidia.com/gpu', '{"gpu-type": "t4"}', 'nvidia'),
  ('t4-small', 'g4dn.2xlarge', 'gpu', 'nvidia', 1, 1, 8, 32, 16, 'nvidia.com/gpu', '{"gpu-type": "t4-small"}', 'nvidia'),
  ('l4', 'g6.12xlarge', 'gpu', 'nvidia', 4, 4, 48, 192, 24, 'nvidia.com/gpu', '{"gpu-type": "l4"}', 'nvidia'),
  ('a10g', 'g5.12xlarge', 'gpu', 'nvidia', 4, 4, 48, 192, 24, 'nvidia.com/gpu', '{"gpu-type": "a10g"}', 'nvidia'),
  ('a100', 'p4d.24xlarge', 'gpu', 'nvidia', 8, 8, 96, 1152, 40, 'nvidia.com/gpu', '{"gpu-type": "a100"}', 'nvidia'),
  ('h100', 'p5.48xlarge', 'gpu', 'nvidia', 8, 8, 192, 2048, 80, 'nvidia.com/gpu', '{"gpu-type": "h100"}', 'nvidia'),
  ('h200', 'p5e.48xlarge', 'gpu', 'nvidia', 8, 8, 192, 2048, 141, 'nvidia.com/gpu', '{"gpu-type": "h200"}', 'nvidia'),
  ('b200', 'p6-b200.48xlarge', 'gpu', 'nvidia', 8, 8, 192, 2048, 180, 'nvidia.com/gpu', '{"gpu-type": "b200"}', 'nvidia'),
  ('b300', 'p6-b300.48xlarge', 'gpu', 'nvidia', 8, 8, 192, 2048, 288, 'nvidia.com/gpu', '{"gpu-type": "b300"}', 'nvidia'),
  ('rtxpro6000', 'g7e.24xlarge', 'gpu', 'nvidia', 4, 4, 96, 1024, 96, 'nvidia.com/gpu', '{"gpu-type": "rtxpro6000"}', 'nvidia'),
  ('h100-mig-1g', 'h100-mig-1g', 'mig', 'nvidia', 56, 1, 192, 2048, 10, 'nvidia.com/mig-1g.10gb', '{}', 'nvidia'),
  ('h100-mig-2g', 'h100-mig-2g', 'mig', 'nvidia', 24, 1, 192, 2048, 20, 'nvidia.com/mig-2g.20gb', '{}', 'nvidia'),
  ('h100-mig-3g', 'h100-mig-3g', 'mig', 'nvidia', 16, 1, 192, 2048, 40, 'nvidia.com/mig-3g.40gb', '{}', 'nvidia'),
  ('mi300x', 'mi300x', 'gpu', 'amd', 8, 8, 192, 2048, 192, 'amd.com/gpu', '{"gpu-type": "mi300x"}', NULL),
  ('max1550', 'max1550', 'gpu', 'intel', 8, 8, 192, 2048, 128, 'gpu.intel.com/i915', '{"gpu-type": "max1550"}', NULL),
  ('cpu-x86', 'c7i.8xlarge', 'cpu', 'none', 0, 1, 32, 64, NULL, NULL, '{"gpu-type": "cpu-x86"}', NULL),
  ('cpu-arm', 'c7g.8xlarge', 'cpu', 'none', 0, 1, 32, 64, NULL, NULL, '{"gpu-type": "cpu-arm"}', NULL);

CREATE TABLE jobs (
  id uuid PRIMARY KEY,
  -- The principal's id: a user's, or `anonymous` where authentication is off.
  user_id text NOT NULL,
  username text NOT NULL,
  name text,
  -- Wishes.
  gpu_type text NOT NULL,
  instance_type text NOT NULL,
  -- On each node. Of a CPU type 0, and each node gives one slot.
  gpu_count int NOT NULL CHECK (gpu_count >= 0),
  nodes int NOT NULL CHECK (nodes > 0),
  -- What one node gives: GPUs, MIG devices, or slots of a CPU type.
  units int NOT NULL CHECK (units > 0),
  duration_seconds int NOT NULL CHECK (duration_seconds > 0),
  image text,
  dockerfile text,
  command text,
  -- Variables of the user, sealed: they hold tokens.
  env_sealed text,
  disk_id uuid,
  github_user text,
  ssh_keys text[] NOT NULL DEFAULT '{}',
  profile text NOT NULL DEFAULT 'restricted' CHECK (profile IN ('restricted', 'profiling')),
  require_kata boolean NOT NULL DEFAULT false,
  preserve_entrypoint boolean NOT NULL DEFAULT false,
  jupyter_wanted boolean NOT NULL DEFAULT false,
  jupyter_token_sealed text,
  priority int NOT NULL DEFAULT 0,
  extra_users jsonb NOT NULL DEFAULT '[]',
  -- Why it should end, as soon as somebody wants it to: cancelled.
  cancel_requested_at timestamptz(3),
  cancel_reason text,
  created_at timestamptz(3) NOT NULL,
  -- What was seen.
  status text NOT NULL CHECK (status IN ('pending', 'queued', 'preparing', 'active', 'expired', 'cancelled', 'failed')),
  status_detail text,
  status_since timestamptz(3) NOT NULL,
  preparing_at timestamptz(3),
  started_at timestamptz(3),
  expires_at timestamptz(3),
  ended_at timestamptz(3),
  -- Since when its GPUs, disk and workload are given back; null for a final status: the reconciler still cleans up.
  released_at timestamptz(3),
  exit_code int,
  -- What the runtime last said: placements with addresses, Jupyter's address, progress, counters.
  observed jsonb NOT NULL DEFAULT '{}',
  -- The nearest warning that was given for the present expires_at, in minutes.
  warned_minutes int,
  oom_count int NOT NULL DEFAULT 0,
  last_oom_at timestamptz(3),
  idle_since timestamptz(3),
  idle_warned_at timestamptz(3),
  -- Attempts at the present step, and when the next one is due.
  attempts int NOT NULL DEFAULT 0,
  due_at timestamptz(3) NOT NULL,
  -- One worker at a time: until when, and which.
  claimed_by uuid,
  claimed_until timestamptz(3),
  CONSTRAINT jobs_final_whole CHECK ((status IN ('expired', 'cancelled', 'failed')) = (ended_at IS NOT NULL))
) WITH (fillfactor = 80);
CREATE INDEX jobs_newest ON jobs (created_at DESC, id DESC);
CREATE INDEX jobs_of_user ON jobs (user_id, created_at DESC, id DESC);
-- Prefixes of ids, as people type them.
CREATE INDEX jobs_prefix ON jobs ((id::text) text_pattern_ops);
-- What the reconciler and the scheduler look at: everything that is not over and given back.
CREATE INDEX jobs_open ON jobs (status, created_at) WHERE released_at IS NULL;
CREATE INDEX jobs_due ON jobs (due_at) WHERE released_at IS NULL;
CREATE INDEX jobs_disk ON jobs (disk_id) WHERE released_at IS NULL;

-- What a job holds: the one truth of who has which GPUs. Written with `preparing`, deleted with `released_at`.
CREATE TABLE job_allocations (
  job_id uuid NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  rank int NOT NULL CHECK (rank >= 0),
  node text NOT NULL,
  gpu_type text NOT NULL,
  units int NOT NULL CHECK (units > 0),
  -- Which of the node's devices, where the runtime tells them apart.
  device_ids text[] NOT NULL DEFAULT '{}',
  created_at timestamptz(3) NOT NULL,
  PRIMARY KEY (job_id, rank)
);
CREATE INDEX job_allocations_node ON job_allocations (node, gpu_type);

CREATE TABLE job_events (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  job_id uuid NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  at timestamptz(3) NOT NULL,
  kind text NOT NULL,
  status text,
  message text NOT NULL CHECK (length(message) <= 2000)
);
CREATE INDEX job_events_job ON job_events (job_id, id);

-- The last lines of a job that is over.
CREATE TABLE job_logs (
  job_id uuid NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  rank int NOT NULL,
  text text NOT NULL,
  truncated boolean NOT NULL,
  kept_at timestamptz(3) NOT NULL,
  PRIMARY KEY (job_id, rank)
);

-- What each user has used lately, halved with every half-life: what fair share compares.
CREATE TABLE reservation_usage (
  user_id text PRIMARY KEY,
  gpu_seconds double precision NOT NULL,
  as_of timestamptz(3) NOT NULL
);

CREATE TABLE reservation_quotas (
  kind text NOT NULL CHECK (kind IN ('user', 'group', 'default')),
  subject text NOT NULL CHECK (length(subject) BETWEEN 1 AND 64),
  max_gpus int,
  max_jobs int,
  max_queued int,
  max_hours double precision,
  max_total_hours double precision,
  priority int NOT NULL DEFAULT 0,
  weight double precision NOT NULL DEFAULT 1 CHECK (weight > 0),
  require_kata boolean NOT NULL DEFAULT false,
  allow_profiling boolean NOT NULL DEFAULT false,
  updated_at timestamptz(3) NOT NULL,
  PRIMARY KEY (kind, subject)
);
CREATE TABLE reservation_group_members (
  group_name text NOT NULL CHECK (length(group_name) BETWEEN 1 AND 64),
  username text NOT NULL,
  PRIMARY KEY (group_name, username)
);
CREATE INDEX reservation_group_members_user ON reservation_group_members (lower(username));

CREATE TABLE reservation_nodes (
  name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 253),
  cordoned boolean NOT NULL DEFAULT false,
  reason text NOT NULL DEFAULT '',
  maintenance_from timestamptz(3),
  maintenance_until timestamptz(3),
  updated_at timestamptz(3) NOT NULL
);

-- What the cluster's nodes said last, for every replica, and for when they do not answer.
CREATE TABLE reservation_capacity (
  runtime text PRIMARY KEY,
  report jsonb NOT NULL,
  observed_at timestamptz(3) NOT NULL
);

CREATE TABLE disks (
  id uuid PRIMARY KEY,
  user_id text NOT NULL,
  username text NOT NULL,
  name text NOT NULL CHECK (name ~ '^[A-Za-z0-9_-]{1,50}$'),
  size_gb int NOT NULL CHECK (size_gb > 0),
  status text NOT NULL CHECK (status IN ('creating', 'ready', 'failed', 'deleted')),
  status_detail text,
  -- The snapshot that it is to be made from.
  source_snapshot_id uuid,
  created_at timestamptz(3) NOT NULL,
  last_used_at timestamptz(3),
  -- The job that has it, until its snapshot is made.
  job_id uuid,
  deleted_at timestamptz(3),
  -- When what it holds is destroyed; until then the deletion can be undone.
  purge_after timestamptz(3),
  purged_at timestamptz(3)
);
CREATE UNIQUE INDEX disks_name ON disks (user_id, name) WHERE deleted_at IS NULL;
CREATE INDEX disks_of_user ON disks (user_id, created_at DESC, id DESC);
CREATE INDEX disks_purge ON disks (purge_after) WHERE deleted_at IS NOT NULL AND purged_at IS NULL;

CREATE TABLE disk_snapshots (
  id uuid PRIMARY KEY,
  disk_id uuid NOT NULL REFERENCES disks (id) ON DELETE CASCADE,
  job_id uuid,
  status text NOT NULL CHECK (status IN ('creating', 'ready', 'failed', 'deleting')),
  status_detail text,
  size_bytes bigint,
  content text,
  created_at timestamptz(3) NOT NULL,
  ready_at timestamptz(3)
);
CREATE INDEX disk_snapshots_disk ON disk_snapshots (disk_id, created_at DESC, id DESC);
-- One snapshot for the end of one job, however often it is tried.
CREATE UNIQUE INDEX disk_snapshots_job ON disk_snapshots (disk_id, job_id) WHERE job_id IS NOT NULL;

CREATE TABLE disk_operations (
  id uuid PRIMARY KEY,
  disk_id uuid NOT NULL REFERENCES disks (id) ON DELETE CASCADE,
  -- As it was called when it was asked for.
  disk_name text NOT NULL,
  user_id text NOT NULL,
  action text NOT NULL CHECK (action IN ('create', 'delete', 'rename', 'clone', 'restore', 'unlock', 'snapshot')),
  details jsonb NOT NULL DEFAULT '{}',
  status text NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'failed')),
  error text,
  attempts int NOT NULL DEFAULT 0,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  due_at timestamptz(3) NOT NULL
);
CREATE INDEX disk_operations_disk ON disk_operations (disk_id, created_at DESC);
CREATE INDEX disk_operations_open ON disk_operations (due_at) WHERE status IN ('pending', 'running');
