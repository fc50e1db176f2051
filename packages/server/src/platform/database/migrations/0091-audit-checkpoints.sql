-- Signed statements of how far each chain had come (platform/audit/checkpoint.ts says what is signed).
CREATE TABLE audit_checkpoints (
  number bigint PRIMARY KEY CHECK (number > 0),
  occurred_at timestamptz(3) NOT NULL,
  -- Entries that all checkpoints up to this one cover.
  entries bigint NOT NULL CHECK (entries >= 0),
  previous_hash bytea NOT NULL CHECK (octet_length(previous_hash) = 32),
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  key_id text NOT NULL,
  signature bytea NOT NULL CHECK (octet_length(signature) = 64)
);

-- `head`: the chain ended here when the checkpoint was made. `anchor`: everything up to here leaves by retention.
CREATE TABLE audit_checkpoint_heads (
  number bigint NOT NULL REFERENCES audit_checkpoints,
  kind text NOT NULL CHECK (kind IN ('head', 'anchor')),
  writer_id uuid NOT NULL,
  sequence bigint NOT NULL CHECK (sequence > 0),
  hash bytea NOT NULL CHECK (octet_length(hash) = 32),
  PRIMARY KEY (number, kind, writer_id)
);
CREATE INDEX audit_checkpoint_heads_by_writer ON audit_checkpoint_heads (writer_id, kind, sequence);

CREATE TRIGGER audit_checkpoints_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoints
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
ALTER TABLE audit_checkpoints ENABLE ALWAYS TRIGGER audit_checkpoints_append_only;
CREATE TRIGGER audit_checkpoint_heads_append_only
  BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_checkpoint_heads
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
ALTER TABLE audit_checkpoint_heads ENABLE ALWAYS TRIGGER audit_checkpoint_heads_append_only;

-- How far each reader of the trail has come in each chain. The reader `checkpoint` is the maker of checkpoints; the
-- writer of zeros stands for the checkpoints themselves, which sinks get too.
CREATE TABLE audit_sink_positions (
  sink text NOT NULL,
  writer_id uuid NOT NULL,
  sequence bigint NOT NULL CHECK (sequence >= 0),
  updated_at timestamptz(3) NOT NULL,
  PRIMARY KEY (sink, writer_id)
);

-- One replica serves a sink at a time; another may take over when the lease has run out.
CREATE TABLE audit_sink_leases (
  sink text PRIMARY KEY,
  holder uuid NOT NULL,
  expires_at timestamptz(3) NOT NULL
);
