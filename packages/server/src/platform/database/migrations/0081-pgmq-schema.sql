-- PGMQ in plain SQL, 1 of 5: tables, types, and what every function stands on. Runs where no other PGMQ is installed.
DO $guard$
BEGIN
  IF (SELECT source FROM queue_installation) <> 'gpushield' THEN RETURN; END IF;
  EXECUTE $sql$

CREATE SCHEMA pgmq;

CREATE TABLE pgmq.meta (
  queue_name varchar NOT NULL UNIQUE,
  is_partitioned boolean NOT NULL,
  is_unlogged boolean NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Logged, unlike the extension's: after a crash an unlogged table is empty, and notifications would stop in silence.
CREATE TABLE pgmq.notify_insert_throttle (
  queue_name varchar NOT NULL UNIQUE REFERENCES pgmq.meta (queue_name) ON DELETE CASCADE,
  throttle_interval_ms integer NOT NULL DEFAULT 0,
  last_notified_at timestamptz NOT NULL DEFAULT to_timestamp(0)
);

CREATE TABLE pgmq.topic_bindings (
  pattern text NOT NULL,
  queue_name text NOT NULL REFERENCES pgmq.meta (queue_name) ON DELETE CASCADE,
  bound_at timestamptz NOT NULL DEFAULT now(),
  -- The pattern's own characters are escaped first; then * stands for one segment and # for any rest.
  compiled_regex text NOT NULL GENERATED ALWAYS AS (
    '^' || replace(replace(regexp_replace(pattern, '([].+?{}()|\\^$[])', '\\\1', 'g'), '*', '[^.]+'), '#', '.*') || '$'
  ) STORED,
  CONSTRAINT topic_bindings_unique_pattern_queue UNIQUE (pattern, queue_name)
);

CREATE TYPE pgmq.message_record AS (
  msg_id bigint,
  read_ct integer,
  enqueued_at timestamptz,
  last_read_at timestamptz,
  vt timestamptz,
  message jsonb,
  headers jsonb
);

CREATE TYPE pgmq.queue_record AS (
  queue_name varchar,
  is_partitioned boolean,
  is_unlogged boolean,
  created_at timestamptz
);

CREATE TYPE pgmq.metrics_result AS (
  queue_name text,
  queue_length bigint,
  newest_msg_age_sec integer,
  oldest_msg_age_sec integer,
  total_messages bigint,
  scrape_time timestamptz,
  queue_visible_length bigint,
  default_partition_length bigint
);

CREATE FUNCTION pgmq.format_table_name(queue_name text, prefix text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $f$
BEGIN
  IF queue_name ~ '[$;'']|--' THEN
    RAISE EXCEPTION 'queue name contains invalid characters: $, ;, --, or ''';
  END IF;
  RETURN lower(prefix || '_' || queue_name);
END
$f$;

-- 47: the longest name derived from it, archived_at_idx_ and the name, just fits PostgreSQL's 63 bytes.
CREATE FUNCTION pgmq.validate_queue_name(queue_name text) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $f$
BEGIN
  IF length(queue_name) > 47 THEN
    RAISE EXCEPTION 'queue name is too long, maximum length is 47 characters';
  END IF;
END
$f$;

-- Held until the transaction ends: creating and dropping one queue take turns.
CREATE FUNCTION pgmq.acquire_queue_lock(queue_name text) RETURNS void
LANGUAGE sql AS $f$
  SELECT pg_advisory_xact_lock(hashtext('pgmq.queue_' || queue_name));
$f$;

  $sql$;
END
$guard$;
