-- Who may do what only one replica may do. A row stays when its lease ends: `token` must never go back, because what
-- a lease protects may refuse the writes of an older one by it. Times are PostgreSQL's clock alone.
CREATE TABLE leases (
  name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
  holder text NOT NULL,
  token bigint NOT NULL,
  acquired_at timestamptz NOT NULL,
  expires_at timestamptz NOT NULL
);

-- When each periodic task was last begun and ended, by whichever replica. Begun and not ended, with its lease free: its
-- replica died in the middle.
CREATE TABLE periodic_tasks (
  name text PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 200),
  started_at timestamptz,
  finished_at timestamptz,
  outcome text CHECK (outcome IN ('ok', 'failed')),
  error text
);
