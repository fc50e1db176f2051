-- The audit trail: every decision, append-only, hash-chained per writer (platform/audit/canonical.ts says how).
CREATE TABLE audit_entries (
  id uuid PRIMARY KEY,
  -- One writer is one chain: a process start, or a new chain after a commit whose outcome nobody knows.
  writer_id uuid NOT NULL,
  sequence bigint NOT NULL CHECK (sequence > 0),
  occurred_at timestamptz(3) NOT NULL,
  correlation_id text NOT NULL,
  principal_id text NOT NULL,
  principal_kind text NOT NULL,
  principal_name text,
  action text NOT NULL,
  resource text NOT NULL,
  granted boolean NOT NULL,
  reason text NOT NULL,
  -- Text, not inet: the hash covers the characters, and inet would write some of them differently.
  ip_address text,
  user_agent text,
  details jsonb NOT NULL,
  previous_hash bytea NOT NULL CHECK (octet_length(previous_hash) = 32),
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  CONSTRAINT audit_entries_chain UNIQUE (writer_id, sequence)
);

CREATE INDEX audit_entries_newest ON audit_entries (occurred_at DESC, id DESC);
CREATE INDEX audit_entries_by_principal ON audit_entries (principal_id, occurred_at DESC, id DESC);
CREATE INDEX audit_entries_by_action ON audit_entries (action, occurred_at DESC, id DESC);
CREATE INDEX audit_entries_by_correlation ON audit_entries (correlation_id, occurred_at DESC, id DESC);
-- Refusals are few and are what people look for.
CREATE INDEX audit_entries_refused ON audit_entries (occurred_at DESC, id DESC) WHERE NOT granted;

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'The audit trail is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege',
          HINT = 'Entries are only ever added. "gpushield audit verify" names entries that were tampered with.';
END
$$;

CREATE TRIGGER audit_entries_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
-- Fires for replication roles too: session_replication_role is not a way around it.
ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_append_only;
