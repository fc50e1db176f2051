-- PGMQ in plain SQL, 2 of 5: making, listing, measuring and removing queues.
DO $guard$
BEGIN
  IF (SELECT source FROM queue_installation) <> 'gpushield' THEN RETURN; END IF;
  EXECUTE $sql$

CREATE FUNCTION pgmq._create_tables(queue_name text, unlogged boolean) RETURNS void
LANGUAGE plpgsql AS $f$
DECLARE
  qtable text := pgmq.format_table_name(queue_name, 'q');
  atable text := pgmq.format_table_name(queue_name, 'a');
BEGIN
  PERFORM pgmq.validate_queue_name(queue_name);
  PERFORM pgmq.acquire_queue_lock(queue_name);
  IF to_regclass(format('pgmq.%I', qtable)) IS NULL THEN
    EXECUTE format(
      'CREATE %s TABLE pgmq.%I (
         msg_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
         read_ct integer NOT NULL DEFAULT 0,
         enqueued_at timestamptz NOT NULL DEFAULT now(),
         last_read_at timestamptz,
         vt timestamptz NOT NULL,
         message jsonb,
         headers jsonb)',
      CASE WHEN unlogged THEN 'UNLOGGED' ELSE '' END, qtable);
    EXECUTE format('CREATE INDEX %I ON pgmq.%I (vt)', qtable || '_vt_idx', qtable);
  END IF;
  IF to_regclass(format('pgmq.%I', atable)) IS NULL THEN
    EXECUTE format(
      'CREATE TABLE pgmq.%I (
         msg_id bigint PRIMARY KEY,
         read_ct integer NOT NULL DEFAULT 0,
         enqueued_at timestamptz NOT NULL DEFAULT now(),
         last_read_at timestamptz,
         archived_at timestamptz NOT NULL DEFAULT now(),
         vt timestamptz NOT NULL,
         message jsonb,
         headers jsonb)',
      atable);
    EXECUTE format('CREATE INDEX %I ON pgmq.%I (archived_at)', 'archived_at_idx_' || queue_name, atable);
  END IF;
  INSERT INTO pgmq.meta (queue_name, is_partitioned, is_unlogged)
  VALUES (_create_tables.queue_name, false, unlogged) ON CONFLICT DO NOTHING;
END
$f$;

CREATE FUNCTION pgmq.create_non_partitioned(queue_name text) RETURNS void
LANGUAGE sql AS $f$ SELECT pgmq._create_tables(queue_name, false); $f$;

CREATE FUNCTION pgmq.create_unlogged(queue_name text) RETURNS void
LANGUAGE sql AS $f$ SELECT pgmq._create_tables(queue_name, true); $f$;

CREATE FUNCTION pgmq."create"(queue_name text) RETURNS void
LANGUAGE sql AS $f$ SELECT pgmq._create_tables(queue_name, false); $f$;

-- Partitioned queues are made and kept by pg_partman: what the extension says without it is said here always.
CREATE FUNCTION pgmq._refuse_partitioned() RETURNS void
LANGUAGE plpgsql AS $f$
BEGIN
  RAISE EXCEPTION 'pg_partman is required for partitioned queues'
    USING HINT = 'Install the extensions pg_partman and pgmq before GPUShield''s first start.';
END
$f$;

CREATE FUNCTION pgmq.create_partitioned(
  queue_name text,
  partition_interval text DEFAULT '10000',
  retention_interval text DEFAULT '100000',
  premake integer DEFAULT 4
) RETURNS void
LANGUAGE plpgsql AS $f$
BEGIN
  PERFORM pgmq.validate_queue_name(queue_name);
  PERFORM pgmq._refuse_partitioned();
END
$f$;

CREATE FUNCTION pgmq.convert_archive_partitioned(
  table_name text,
  partition_interval text DEFAULT '10000',
  retention_interval text DEFAULT '100000',
  leading_partition integer DEFAULT 10
) RETURNS void
LANGUAGE plpgsql AS $f$
DECLARE
  atable text := pgmq.format_table_name(table_name, 'a');
BEGIN
  IF to_regclass(format('pgmq.%I', atable)) IS NULL THEN
    RAISE NOTICE 'Table % does not exist', atable;
    RETURN;
  END IF;
  PERFORM pgmq._refuse_partitioned();
END
$f$;

CREATE FUNCTION pgmq.drop_queue(queue_name text) RETURNS boolean
LANGUAGE plpgsql AS $f$
DECLARE
  qtable text := pgmq.format_table_name(queue_name, 'q');
  atable text := pgmq.format_table_name(queue_name, 'a');
BEGIN
  PERFORM pgmq.acquire_queue_lock(queue_name);
  IF to_regclass(format('pgmq.%I', qtable)) IS NULL THEN
    RAISE NOTICE 'pgmq queue `%` does not exist', queue_name;
    RETURN false;
  END IF;
  EXECUTE format('DROP TABLE pgmq.%I', qtable);
  EXECUTE format('DROP TABLE IF EXISTS pgmq.%I', atable);
  DELETE FROM pgmq.meta m WHERE m.queue_name = drop_queue.queue_name;
  RETURN true;
END
$f$;

CREATE FUNCTION pgmq.drop_queue(queue_name text, partitioned boolean) RETURNS boolean
LANGUAGE plpgsql AS $f$
BEGIN
  RAISE WARNING 'drop_queue(queue_name, partitioned) is deprecated: use drop_queue(queue_name)';
  PERFORM pgmq.drop_queue(queue_name);
  RETURN true;
END
$f$;

CREATE FUNCTION pgmq.purge_queue(queue_name text) RETURNS bigint
LANGUAGE plpgsql AS $f$
DECLARE
  qtable text := pgmq.format_table_name(queue_name, 'q');
  purged bigint;
BEGIN
  -- Locked before it is counted: what is sent meanwhile is neither counted nor purged.
  EXECUTE format('LOCK TABLE pgmq.%I IN ACCESS EXCLUSIVE MODE', qtable);
  EXECUTE format('SELECT count(*) FROM pgmq.%I', qtable) INTO purged;
  EXECUTE format('TRUNCATE TABLE pgmq.%I', qtable);
  RETURN purged;
END
$f$;

CREATE FUNCTION pgmq.detach_archive(queue_name text) RETURNS void
LANGUAGE plpgsql AS $f$
BEGIN
  PERFORM pgmq.format_table_name(queue_name, 'a');
  RAISE WARNING 'detach_archive(queue_name) is deprecated and does nothing';
END
$f$;

CREATE FUNCTION pgmq.list_queues() RETURNS SETOF pgmq.queue_record
LANGUAGE sql STABLE AS $f$
  SELECT queue_name, is_partitioned, is_unlogged, created_at FROM pgmq.meta;
$f$;

CREATE FUNCTION pgmq.metrics(queue_name text) RETURNS pgmq.metrics_result
LANGUAGE plpgsql AS $f$
DECLARE
  qtable text := pgmq.format_table_name(queue_name, 'q');
  measured pgmq.metrics_result;
BEGIN
  EXECUTE format(
    'SELECT $1, count(*),
            extract(epoch FROM now() - max(m.enqueued_at))::integer,
            extract(epoch FROM now() - min(m.enqueued_at))::integer,
            (SELECT CASE WHEN s.is_called THEN s.last_value ELSE 0 END FROM pgmq.%I s),
            now(),
            count(*) FILTER (WHERE m.vt <= now()),
            NULL::bigint
       FROM pgmq.%I m',
    qtable || '_msg_id_seq', qtable)
  INTO measured USING queue_name;
  RETURN measured;
END
$f$;

CREATE FUNCTION pgmq.metrics_all() RETURNS SETOF pgmq.metrics_result
LANGUAGE sql AS $f$
  SELECT (pgmq.metrics(queue_name)).* FROM pgmq.meta;
$f$;

CREATE FUNCTION pgmq.create_fifo_index(queue_name text) RETURNS void
LANGUAGE plpgsql AS $f$
DECLARE
  qtable text := pgmq.format_table_name(queue_name, 'q');
BEGIN
  -- What the grouped reads sort by, so that they find the head of each group without sorting the queue.
  EXECUTE format(
    'CREATE INDEX IF NOT EXISTS %I ON pgmq.%I ((coalesce(headers ->> ''x-pgmq-group'', ''_default_fifo_group'')), msg_id)',
    qtable || '_fifo_idx', qtable);
END
$f$;

CREATE FUNCTION pgmq.create_fifo_indexes_all() RETURNS void
LANGUAGE plpgsql AS $f$
BEGIN
  PERFORM pgmq.create_fifo_index(queue_name) FROM pgmq.meta;
END
$f$;

  $sql$;
END
$guard$;
