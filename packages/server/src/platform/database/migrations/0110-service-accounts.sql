-- Service accounts: users without a password, which ask with OAuth2 tokens, keys or certificates.

ALTER TABLE users
  ADD COLUMN kind text NOT NULL DEFAULT 'person' CHECK (kind IN ('person', 'service')),
  ADD COLUMN description text NOT NULL DEFAULT '' CHECK (length(description) <= 200);
UPDATE users SET kind = 'service' WHERE password_hash IS NULL;
ALTER TABLE users ADD CONSTRAINT users_services_have_no_password CHECK (kind = 'person' OR password_hash IS NULL);
CREATE INDEX users_services ON users (created_at DESC, id DESC) WHERE kind = 'service';

-- A client's secrets: several at once, so that one can take over from another. Stored as SHA-256 only.
CREATE TABLE client_secrets (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  secret_hash bytea NOT NULL UNIQUE CHECK (octet_length(secret_hash) = 32),
  secret_prefix text NOT NULL CHECK (length(secret_prefix) = 8),
  description text NOT NULL DEFAULT '' CHECK (length(description) <= 200),
  -- NULL: whatever the account's roles carry.
  scopes text[] CHECK (cardinality(scopes) BETWEEN 1 AND 64),
  -- NULL: from everywhere.
  allowed_addresses text[] CHECK (cardinality(allowed_addresses) BETWEEN 1 AND 32),
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3),
  last_used_at timestamptz(3),
  revoked_at timestamptz(3)
);
CREATE INDEX client_secrets_of_user ON client_secrets (user_id, created_at DESC, id DESC);
CREATE INDEX client_secrets_expiry ON client_secrets (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX client_secrets_revoked ON client_secrets (revoked_at) WHERE revoked_at IS NOT NULL;

-- One row for each token that was issued: a token works while its row says so.
CREATE TABLE client_tokens (
  id uuid PRIMARY KEY,
  secret_id uuid NOT NULL REFERENCES client_secrets (id) ON DELETE CASCADE,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  scopes text[] NOT NULL,
  created_at timestamptz(3) NOT NULL,
  expires_at timestamptz(3) NOT NULL,
  revoked_at timestamptz(3)
);
CREATE INDEX client_tokens_open ON client_tokens (secret_id) WHERE revoked_at IS NULL;
CREATE INDEX client_tokens_of_user ON client_tokens (user_id);
CREATE INDEX client_tokens_expiry ON client_tokens (expires_at);

ALTER TABLE api_keys ADD COLUMN allowed_addresses text[] CHECK (cardinality(allowed_addresses) BETWEEN 1 AND 32);

-- Which client certificates speak for which account.
CREATE TABLE client_certificates (
  id uuid PRIMARY KEY,
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  match text NOT NULL CHECK (match IN ('fingerprint', 'san_uri', 'san_dns')),
  value text NOT NULL CHECK (length(value) BETWEEN 1 AND 512),
  description text NOT NULL DEFAULT '' CHECK (length(description) <= 200),
  created_at timestamptz(3) NOT NULL,
  UNIQUE (match, value)
);
CREATE INDEX client_certificates_of_user ON client_certificates (user_id, created_at DESC, id DESC);

-- HMAC agents whose secret the platform keeps, sealed. Who the agents are is for the domain that registers them.
CREATE TABLE agent_secrets (
  -- The agent's id, a slash and a UUID: what is sealed is bound to it, and so to its agent.
  id text PRIMARY KEY CHECK (starts_with(id, agent_id || '/')),
  agent_id text NOT NULL CHECK (agent_id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$'),
  sealed_secret text NOT NULL CHECK (length(sealed_secret) <= 8192),
  scopes text[] NOT NULL CHECK (cardinality(scopes) BETWEEN 1 AND 64),
  created_at timestamptz(3) NOT NULL,
  -- NULL: for good. Set on the old secret while a new one takes over.
  expires_at timestamptz(3)
);
CREATE INDEX agent_secrets_of_agent ON agent_secrets (agent_id, created_at DESC, id DESC);

-- As migration 0010's function, for the tables of this one.
CREATE FUNCTION announce_client_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_TABLE_NAME = 'client_tokens' THEN
    PERFORM pg_notify('gpushield_credentials', 'token:' || OLD.id);
  ELSIF TG_TABLE_NAME = 'client_certificates' THEN
    -- Also for a new row: a certificate that was looked up before in vain is kept as unknown.
    PERFORM pg_notify('gpushield_credentials', 'certificate:' || coalesce(NEW.id, OLD.id));
  ELSE
    PERFORM pg_notify('gpushield_credentials', 'agent:' || coalesce(NEW.agent_id, OLD.agent_id));
  END IF;
  RETURN NULL;
END
$$;
CREATE TRIGGER client_tokens_announce AFTER DELETE OR UPDATE OF user_id, scopes, expires_at, revoked_at ON client_tokens
  FOR EACH ROW EXECUTE FUNCTION announce_client_change();
CREATE TRIGGER client_certificates_announce AFTER INSERT OR DELETE OR UPDATE ON client_certificates
  FOR EACH ROW EXECUTE FUNCTION announce_client_change();
CREATE TRIGGER agent_secrets_announce AFTER INSERT OR DELETE OR UPDATE ON agent_secrets
  FOR EACH ROW EXECUTE FUNCTION announce_client_change();
DROP TRIGGER api_keys_announce ON api_keys;
CREATE TRIGGER api_keys_announce
  AFTER DELETE OR UPDATE OF user_id, key_hash, scopes, allowed_addresses, expires_at, revoked_at ON api_keys
  FOR EACH ROW EXECUTE FUNCTION announce_credential_change();
