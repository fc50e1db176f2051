-- Every index of the trail is paid for by every request. Who looks for one request's entries reads a few megabytes
-- more instead of every entry going to a random page of its own; ties of one millisecond are sorted, not indexed.
ALTER TABLE audit_entries
  DROP CONSTRAINT audit_entries_pkey,
  DROP CONSTRAINT audit_entries_chain,
  ADD CONSTRAINT audit_entries_pkey PRIMARY KEY (writer_id, sequence);

DROP INDEX audit_entries_newest, audit_entries_by_principal, audit_entries_by_action, audit_entries_by_correlation,
  audit_entries_refused;
CREATE INDEX audit_entries_newest ON audit_entries (occurred_at DESC);
CREATE INDEX audit_entries_by_principal ON audit_entries (principal_id, occurred_at DESC);
CREATE INDEX audit_entries_by_action ON audit_entries (action, occurred_at DESC);
-- Refusals are few and are what people look for.
CREATE INDEX audit_entries_refused ON audit_entries (occurred_at DESC) WHERE NOT granted;
-- A Bloom filter for each 256 kB: an entry takes half a kilobyte, and nearly every one has an id of its own.
CREATE INDEX audit_entries_by_correlation ON audit_entries
  USING brin (correlation_id text_bloom_ops (n_distinct_per_range = 600, false_positive_rate = 0.001))
  WITH (pages_per_range = 32, autosummarize = on);
