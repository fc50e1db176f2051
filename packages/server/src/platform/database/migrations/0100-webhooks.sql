CREATE TABLE webhook_endpoints (
  id uuid PRIMARY KEY,
  url text NOT NULL,
  description text NOT NULL,
  -- Exact names and prefixes such as `alert.*`; an empty list takes everything.
  event_types text[] NOT NULL,
  labels jsonb NOT NULL,
  ordered boolean NOT NULL,
  rate_limit_per_second int CHECK (rate_limit_per_second > 0),
  enabled boolean NOT NULL,
  disabled_reason text CHECK (disabled_reason IN ('manual', 'gone', 'failing')),
  disabled_at timestamptz(3),
  -- Since when nothing but failures came, and how many; null after a success.
  failing_since timestamptz(3),
  failed_attempts int NOT NULL DEFAULT 0,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  CONSTRAINT webhook_endpoints_disabled_whole
    CHECK (enabled = (disabled_reason IS NULL) AND enabled = (disabled_at IS NULL))
);

CREATE INDEX webhook_endpoints_newest ON webhook_endpoints (created_at DESC, id DESC);

CREATE TABLE webhook_secrets (
  id uuid PRIMARY KEY,
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
  sealed text NOT NULL,
  created_at timestamptz(3) NOT NULL,
  -- Null for the current one; a rotated one signs beside it until then.
  expires_at timestamptz(3)
);

CREATE INDEX webhook_secrets_endpoint ON webhook_secrets (endpoint_id, created_at DESC, id DESC);
CREATE UNIQUE INDEX webhook_secrets_current ON webhook_secrets (endpoint_id) WHERE expires_at IS NULL;

CREATE TABLE webhook_messages (
  id uuid PRIMARY KEY,
  type text NOT NULL,
  key text,
  -- The very text that is signed and sent: never parsed, never written anew.
  body text NOT NULL,
  created_at timestamptz(3) NOT NULL
);

CREATE INDEX webhook_messages_created ON webhook_messages (created_at);

-- One message for one endpoint, and how far it came.
CREATE TABLE webhook_deliveries (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  message_id uuid NOT NULL REFERENCES webhook_messages (id) ON DELETE CASCADE,
  endpoint_id uuid NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
  -- Set where messages of the same key must come one after the other, in the order of `id`.
  order_key text,
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'succeeded', 'failed')),
  -- Grows with each resend: queue messages of an earlier round are stale.
  round int NOT NULL DEFAULT 1,
  attempts int NOT NULL DEFAULT 0,
  next_attempt_at timestamptz(3),
  -- While in the future, another worker sends this ordered delivery.
  claimed_until timestamptz(3),
  created_at timestamptz(3) NOT NULL,
  finished_at timestamptz(3),
  UNIQUE (message_id, endpoint_id)
);

CREATE INDEX webhook_deliveries_newest ON webhook_deliveries (endpoint_id, created_at DESC, message_id DESC);
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (endpoint_id, finished_at) WHERE status = 'failed';
CREATE INDEX webhook_deliveries_line ON webhook_deliveries (endpoint_id, order_key, id)
  WHERE status = 'pending' AND order_key IS NOT NULL;

CREATE TABLE webhook_attempts (
  id uuid PRIMARY KEY,
  -- The one foreign key: whoever records an attempt holds the delivery's row already, so a deletion beside cannot
  -- deadlock with it.
  delivery_id bigint NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
  endpoint_id uuid NOT NULL,
  message_id uuid NOT NULL,
  attempt int NOT NULL,
  at timestamptz(3) NOT NULL,
  duration_ms int NOT NULL,
  succeeded boolean NOT NULL,
  -- The HTTP status of the answer; null where there was none, and `error` says why.
  status int,
  error text,
  -- The first kilobyte of the answer, masked.
  response text
);

CREATE INDEX webhook_attempts_newest ON webhook_attempts (endpoint_id, at DESC, id DESC);
CREATE INDEX webhook_attempts_delivery ON webhook_attempts (delivery_id);
