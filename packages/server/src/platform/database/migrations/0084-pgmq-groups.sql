-- PGMQ in plain SQL, 4 of 5: reading in the order of each group (header x-pgmq-group).
DO $guard$
BEGIN
  IF (SELECT source FROM queue_installation) <> 'gpushield' THEN RETURN; END IF;
  EXECUTE $sql$

-- The three ways to read groups differ in which places of a group they take and in what order. All take only messages
-- that nothing invisible of their own group precedes. Two statements, because the order of a group hangs on it: the
-- first takes the groups (a lock each, until the transaction ends), the second looks at them with a snapshot that is
-- newer than the locks, and therefore knows what the group's last reader took.
CREATE FUNCTION pgmq._read_groups(queue_name text, vt integer, qty integer, places text, turns text)
RETURNS SETOF pgmq.message_record
LANGUAGE plpgsql AS $f$
DECLARE
  qtable text := pgmq.format_table_name(queue_name, 'q');
  group_of constant text := 'coalesce(headers ->> ''x-pgmq-group'', ''_default_fifo_group'')';
  groups text[];
BEGIN
  EXECUTE format(
    'SELECT array_agg(fifo_group) FROM (
       SELECT fifo_group FROM (
         SELECT fifo_group FROM (
           SELECT DISTINCT ON (%2$s) %2$s AS fifo_group, msg_id, vt FROM pgmq.%1$I ORDER BY %2$s, msg_id
         ) heads WHERE vt <= clock_timestamp() ORDER BY msg_id OFFSET 0
       ) ready WHERE pg_try_advisory_xact_lock(hashtextextended(%1$L || ''.'' || fifo_group, 0)) LIMIT $1
     ) mine',
    qtable, group_of)
  INTO groups USING qty;
  RETURN QUERY EXECUTE format(
    'WITH lined_up AS (
       SELECT msg_id, fifo_group,
              row_number() OVER w AS place,
              min(msg_id) OVER (PARTITION BY fifo_group) AS head,
              bool_and(vt <= $2) OVER w AS reachable
         FROM (SELECT msg_id, vt, %2$s AS fifo_group FROM pgmq.%1$I WHERE %2$s = ANY ($1)) waiting
       WINDOW w AS (PARTITION BY fifo_group ORDER BY msg_id)
     ), wanted AS (
       SELECT msg_id, fifo_group, place, row_number() OVER (ORDER BY %4$s) AS turn
         FROM lined_up WHERE reachable %3$s ORDER BY turn LIMIT $3
     ), locked AS (
       SELECT q.msg_id FROM pgmq.%1$I q JOIN wanted USING (msg_id) WHERE q.vt <= $2 FOR UPDATE OF q SKIP LOCKED
     ), picked AS (
       SELECT msg_id, turn FROM (
         SELECT wanted.msg_id, turn,
                bool_and(locked.msg_id IS NOT NULL) OVER (PARTITION BY fifo_group ORDER BY place) AS unbroken
           FROM wanted LEFT JOIN locked USING (msg_id)
       ) looked_at WHERE unbroken
     ), taken AS (
       UPDATE pgmq.%1$I m
          SET read_ct = m.read_ct + 1, last_read_at = clock_timestamp(), vt = clock_timestamp() + $4
         FROM picked WHERE m.msg_id = picked.msg_id
       RETURNING m.msg_id, m.read_ct, m.enqueued_at, m.last_read_at, m.vt, m.message, m.headers, picked.turn
     )
     SELECT msg_id, read_ct, enqueued_at, last_read_at, vt, message, headers FROM taken ORDER BY turn',
    qtable, group_of, places, turns)
  USING groups, clock_timestamp(), qty, make_interval(secs => vt);
END
$f$;

CREATE FUNCTION pgmq._poll_groups(
  queue_name text, vt integer, qty integer,
  max_poll_seconds integer, poll_interval_ms integer, places text, turns text
) RETURNS SETOF pgmq.message_record
LANGUAGE plpgsql AS $f$
DECLARE
  until constant timestamptz := clock_timestamp() + make_interval(secs => max_poll_seconds);
BEGIN
  WHILE clock_timestamp() < until LOOP
    RETURN QUERY SELECT * FROM pgmq._read_groups(queue_name, vt, qty, places, turns);
    IF FOUND THEN RETURN; END IF;
    PERFORM pg_sleep(poll_interval_ms / 1000.0);
  END LOOP;
END
$f$;

-- The earliest group first, as much of it as fits.
CREATE FUNCTION pgmq.read_grouped(queue_name text, vt integer, qty integer) RETURNS SETOF pgmq.message_record
LANGUAGE sql AS $f$ SELECT * FROM pgmq._read_groups(queue_name, vt, qty, '', 'head, place'); $f$;

CREATE FUNCTION pgmq.read_grouped_with_poll(
  queue_name text, vt integer, qty integer,
  max_poll_seconds integer DEFAULT 5, poll_interval_ms integer DEFAULT 100
) RETURNS SETOF pgmq.message_record
LANGUAGE sql AS $f$
  SELECT * FROM pgmq._poll_groups(queue_name, vt, qty, max_poll_seconds, poll_interval_ms, '', 'head, place');
$f$;

-- The first of each group, then the second of each, and so on.
CREATE FUNCTION pgmq.read_grouped_rr(queue_name text, vt integer, qty integer)
RETURNS SETOF pgmq.message_record
LANGUAGE sql AS $f$ SELECT * FROM pgmq._read_groups(queue_name, vt, qty, '', 'place, head'); $f$;

CREATE FUNCTION pgmq.read_grouped_rr_with_poll(
  queue_name text, vt integer, qty integer,
  max_poll_seconds integer DEFAULT 5, poll_interval_ms integer DEFAULT 100
) RETURNS SETOF pgmq.message_record
LANGUAGE sql AS $f$
  SELECT * FROM pgmq._poll_groups(queue_name, vt, qty, max_poll_seconds, poll_interval_ms, '', 'place, head');
$f$;

-- The first of each group and no more of it.
CREATE FUNCTION pgmq.read_grouped_head(queue_name text, vt integer, qty integer)
RETURNS SETOF pgmq.message_record
LANGUAGE sql AS $f$ SELECT * FROM pgmq._read_groups(queue_name, vt, qty, 'AND place = 1', 'head'); $f$;

CREATE FUNCTION pgmq.read_grouped_head_with_poll(
  queue_name text, vt integer, qty integer,
  max_poll_seconds integer DEFAULT 5, poll_interval_ms integer DEFAULT 100
) RETURNS SETOF pgmq.message_record
LANGUAGE sql AS $f$
  SELECT * FROM pgmq._poll_groups(queue_name, vt, qty, max_poll_seconds, poll_interval_ms, 'AND place = 1', 'head');
$f$;

  $sql$;
END
$guard$;
