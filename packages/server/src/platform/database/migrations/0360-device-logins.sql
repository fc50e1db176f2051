-- Devices that wait for a person's word (RFC 8628). A row lives for its ten minutes and the sweep after them.
CREATE TABLE device_logins (
  id uuid PRIMARY KEY,
  device_code_hash bytea NOT NULL UNIQUE,
  user_code text NOT NULL UNIQUE CHECK (user_code ~ '^[B-Z]{8}$'),
  client_name text NOT NULL CHECK (length(client_name) <= 64),
  ip_address text NOT NULL,
  user_agent text CHECK (length(user_agent) <= 256),
  status text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'approved', 'denied', 'used')),
  interval_seconds integer NOT NULL,
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  last_asked_at timestamptz(3),
  decided_by uuid REFERENCES users (id) ON DELETE CASCADE,
  -- An approval does not outlive the password that it was given under.
  decided_password_version integer,
  CHECK ((status IN ('approved', 'used')) <= (decided_by IS NOT NULL AND decided_password_version IS NOT NULL))
);
CREATE INDEX device_logins_expiry ON device_logins (expires_at);
CREATE INDEX device_logins_of_user ON device_logins (decided_by);
