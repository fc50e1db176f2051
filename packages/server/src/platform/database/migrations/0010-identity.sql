-- Who may ask: people and services, their sessions, and their API keys. Secrets are stored as hashes only.

CREATE TABLE users (
  id uuid PRIMARY KEY,
  username text NOT NULL CHECK (username ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
  email text CHECK (length(email) <= 254),
  -- Argon2id as a PHC string. NULL: a service user, which cannot log in.
  password_hash text,
  -- Grows with each change of the password, not with a rehash: a login that raced a change is refused by it.
  password_version integer NOT NULL DEFAULT 1,
  roles text[] NOT NULL CHECK (cardinality(roles) BETWEEN 1 AND 8),
  disabled boolean NOT NULL DEFAULT false,
  created_at timestamptz(3) NOT NULL,
  updated_at timestamptz(3) NOT NULL,
  last_login_at timestamptz(3)
);
CREATE UNIQUE INDEX users_username_key ON users (lower(username));
CREATE INDEX users_list ON users (created_at DESC, id DESC);
-- The last active admin is protected by locking these few rows.
CREATE INDEX users_active_admins ON users (id) WHERE 'admin' = ANY (roles) AND NOT disabled;

-- One row for each login; access tokens name it as `sid`.
CREATE TABLE sessions (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  created_at timestamptz(3) NOT NULL,
  refreshed_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  revoked_at timestamptz(3),
  ip_address text,
  user_agent text CHECK (length(user_agent) <= 256)
);
CREATE INDEX sessions_list ON sessions (user_id, created_at DESC, id DESC) WHERE revoked_at IS NULL;
CREATE INDEX sessions_of_user ON sessions (user_id);
CREATE INDEX sessions_expiry ON sessions (expires_at);

-- A session's refresh tokens: the one that is good now, and those that were used, kept to notice a stolen one.
CREATE TABLE refresh_tokens (
  token_hash bytea PRIMARY KEY CHECK (octet_length(token_hash) = 32),
  session_id uuid NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
  created_at timestamptz(3) NOT NULL,
  used_at timestamptz(3)
);
CREATE INDEX refresh_tokens_of_session ON refresh_tokens (session_id);

CREATE TABLE api_keys (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  key_hash bytea NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
  key_prefix text NOT NULL CHECK (length(key_prefix) = 8),
  description text NOT NULL DEFAULT '' CHECK (length(description) <= 200),
  -- NULL: whatever the user's roles carry.
  scopes text[] CHECK (cardinality(scopes) BETWEEN 1 AND 64),
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
) WITH (fillfactor = 85);
CREATE INDEX api_keys_list ON api_keys (created_at DESC, id DESC);
CREATE INDEX api_keys_of_user ON api_keys (user_id, created_at DESC, id DESC);
CREATE INDEX api_keys_expiry ON api_keys (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX api_keys_revoked ON api_keys (revoked_at) WHERE revoked_at IS NOT NULL;

-- Every replica keeps verified credentials in memory and drops them when it hears of a change here. A trigger says it
-- in the transaction that makes the change, so that no way of changing a row, psql included, can forget to.
CREATE FUNCTION announce_credential_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- One branch for each table: a field is looked up only where it is there.
  IF TG_TABLE_NAME = 'api_keys' THEN
    PERFORM pg_notify('gpushield_credentials', 'key:' || encode(OLD.key_hash, 'hex'));
  ELSIF TG_TABLE_NAME = 'sessions' THEN
    PERFORM pg_notify('gpushield_credentials', 'session:' || OLD.id);
  ELSE
    PERFORM pg_notify('gpushield_credentials', 'user:' || OLD.id);
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER users_announce AFTER DELETE OR UPDATE OF username, roles, disabled, password_version ON users
  FOR EACH ROW EXECUTE FUNCTION announce_credential_change();
-- `last_used_at` and `refreshed_at` change often and tell a cache nothing.
CREATE TRIGGER api_keys_announce AFTER DELETE OR UPDATE OF user_id, key_hash, scopes, expires_at, revoked_at ON api_keys
  FOR EACH ROW EXECUTE FUNCTION announce_credential_change();
CREATE TRIGGER sessions_announce AFTER DELETE OR UPDATE OF user_id, expires_at, revoked_at ON sessions
  FOR EACH ROW EXECUTE FUNCTION announce_credential_change();
