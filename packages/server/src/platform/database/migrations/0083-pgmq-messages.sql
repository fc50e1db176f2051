-- PGMQ in plain SQL, 3 of 5: sending, reading, ending messages.
DO $guard$
BEGIN
  IF (SELECT source FROM queue_installation) <> 'gpushield' THEN RETURN; END IF;
  EXECUTE $sql$

CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, headers jsonb, delay timestamptz) RETURNS SETOF bigint
LANGUAGE plpgsql AS $f$
BEGIN
  RETURN QUERY EXECUTE format(
    'INSERT INTO pgmq.%I (vt, message, headers) VALUES ($1, $2, $3) RETURNING msg_id',
    pgmq.format_table_name(queue_name, 'q'))
  USING delay, msg, headers;
END
$f$;

CREATE FUNCTION pgmq.send(queue_name text, msg jsonb) RETURNS SETOF bigint
LANGUAGE sql AS $f$ SELECT * FROM pgmq.send(queue_name, msg, NULL, clock_timestamp()); $f$;

CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, headers jsonb) RETURNS SETOF bigint
LANGUAGE sql AS $f$ SELECT * FROM pgmq.send(queue_name, msg, headers, clock_timestamp()); $f$;

CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, delay integer) RETURNS SETOF bigint
LANGUAGE sql AS $f$
  SELECT * FROM pgmq.send(queue_name, msg, NULL, clock_timestamp() + make_interval(secs => delay));
$f$;

CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, delay timestamptz) RETURNS SETOF bigint
LANGUAGE sql AS $f$ SELECT * FROM pgmq.send(queue_name, msg, NULL, delay); $f$;

CREATE FUNCTION pgmq.send(queue_name text, msg jsonb, headers jsonb, delay integer) RETURNS SETOF bigint
LANGUAGE sql AS $f$
  SELECT * FROM pgmq.send(queue_name, msg, headers, clock_timestamp() + make_interval(secs => delay));
$f$;

CREATE FUNCTION pgmq._check_batch(msgs jsonb[], headers jsonb[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $f$
BEGIN
  IF coalesce(cardinality(msgs), 0) = 0 THEN
    RAISE EXCEPTION 'msgs cannot be NULL or empty';
  END IF;
  IF cardinality(headers) <> cardinality(msgs) THEN
    RAISE EXCEPTION 'headers array length (%) must match msgs array length (%)',
      cardinality(headers), cardinality(msgs);
  END IF;
END
$f$;

CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], headers jsonb[], delay timestamptz)
RETURNS SETOF bigint
LANGUAGE plpgsql AS $f$
BEGIN
  PERFORM pgmq._check_batch(msgs, headers);
  RETURN QUERY EXECUTE format(
    'INSERT INTO pgmq.%I (vt, message, headers)
     SELECT $1, t.message, t.headers
       FROM unnest($2, $3) WITH ORDINALITY AS t (message, headers, place) ORDER BY t.place
     RETURNING msg_id',
    pgmq.format_table_name(queue_name, 'q'))
  USING delay, msgs, headers;
END
$f$;

CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[]) RETURNS SETOF bigint
LANGUAGE sql AS $f$ SELECT * FROM pgmq.send_batch(queue_name, msgs, NULL, clock_timestamp()); $f$;

CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], headers jsonb[]) RETURNS SETOF bigint
LANGUAGE sql AS $f$ SELECT * FROM pgmq.send_batch(queue_name, msgs, headers, clock_timestamp()); $f$;

CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], delay integer) RETURNS SETOF bigint
LANGUAGE sql AS $f$
  SELECT * FROM pgmq.send_batch(queue_name, msgs, NULL, clock_timestamp() + make_interval(secs => delay));
$f$;

CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], delay timestamptz) RETURNS SETOF bigint
LANGUAGE sql AS $f$ SELECT * FROM pgmq.send_batch(queue_name, msgs, NULL, delay); $f$;

CREATE FUNCTION pgmq.send_batch(queue_name text, msgs jsonb[], headers jsonb[], delay integer)
RETURNS SETOF bigint
LANGUAGE sql AS $f$
  SELECT * FROM pgmq.send_batch(queue_name, msgs, headers, clock_timestamp() + make_interval(secs => delay));
$f$;

-- The moment is a parameter, not clock_timestamp() in the condition: so the index on vt serves where most messages are
-- invisible, and the primary key where most are visible. A row that another reader took meanwhile is skipped: either
-- it is locked, or its new vt no longer fits.
CREATE FUNCTION pgmq.read(queue_name text, vt integer, qty integer, conditional jsonb DEFAULT '{}')
RETURNS SETOF pgmq.message_record
LANGUAGE plpgsql AS $f$
BEGIN
  RETURN QUERY EXECUTE format(
    'WITH picked AS (
       SELECT msg_id FROM pgmq.%1$I WHERE vt <= $1 %2$s
        ORDER BY msg_id LIMIT $3 FOR UPDATE SKIP LOCKED
     ), taken AS (
       UPDATE pgmq.%1$I m
          SET read_ct = m.read_ct + 1, last_read_at = clock_timestamp(), vt = clock_timestamp() + $4
         FROM picked WHERE m.msg_id = picked.msg_id
       RETURNING m.msg_id, m.read_ct, m.enqueued_at, m.last_read_at, m.vt, m.message, m.headers
     )
     SELECT * FROM taken ORDER BY msg_id',
    pgmq.format_table_name(queue_name, 'q'),
    CASE WHEN conditional <> '{}' THEN 'AND message @> $2' ELSE '' END)
  USING clock_timestamp(), conditional, qty, make_interval(secs => vt);
END
$f$;

CREATE FUNCTION pgmq.read_with_poll(
  queue_name text, vt integer, qty integer,
  max_poll_seconds integer DEFAULT 5, poll_interval_ms integer DEFAULT 100, conditional jsonb DEFAULT '{}'
) RETURNS SETOF pgmq.message_record
LANGUAGE plpgsql AS $f$
DECLARE
  until constant timestamptz := clock_timestamp() + make_interval(secs => max_poll_seconds);
BEGIN
  WHILE clock_timestamp() < until LOOP
    RETURN QUERY SELECT * FROM pgmq.read(queue_name, vt, qty, conditional);
    IF FOUND THEN RETURN; END IF;
    PERFORM pg_sleep(poll_interval_ms / 1000.0);
  END LOOP;
END
$f$;

CREATE FUNCTION pgmq.pop(queue_name text, qty integer DEFAULT 1) RETURNS SETOF pgmq.message_record
LANGUAGE plpgsql AS $f$
BEGIN
  RETURN QUERY EXECUTE format(
    'WITH picked AS (
       SELECT msg_id FROM pgmq.%1$I WHERE vt <= $1 ORDER BY msg_id LIMIT $2 FOR UPDATE SKIP LOCKED
     ), taken AS (
       DELETE FROM pgmq.%1$I m USING picked WHERE m.msg_id = picked.msg_id
       RETURNING m.msg_id, m.read_ct, m.enqueued_at, m.last_read_at, m.vt, m.message, m.headers
     )
     SELECT * FROM taken ORDER BY msg_id',
    pgmq.format_table_name(queue_name, 'q'))
  USING clock_timestamp(), qty;
END
$f$;

CREATE FUNCTION pgmq.set_vt(queue_name text, msg_ids bigint[], vt timestamptz)
RETURNS SETOF pgmq.message_record
LANGUAGE plpgsql AS $f$
BEGIN
  RETURN QUERY EXECUTE format(
    'UPDATE pgmq.%I SET vt = $1 WHERE msg_id = ANY ($2)
     RETURNING msg_id, read_ct, enqueued_at, last_read_at, vt, message, headers',
    pgmq.format_table_name(queue_name, 'q'))
  USING vt, msg_ids;
END
$f$;

CREATE FUNCTION pgmq.set_vt(queue_name text, msg_ids bigint[], vt integer) RETURNS SETOF pgmq.message_record
LANGUAGE sql AS $f$
  SELECT * FROM pgmq.set_vt(queue_name, msg_ids, clock_timestamp() + make_interval(secs => vt));
$f$;

CREATE FUNCTION pgmq.set_vt(queue_name text, msg_id bigint, vt timestamptz) RETURNS SETOF pgmq.message_record
LANGUAGE sql AS $f$ SELECT * FROM pgmq.set_vt(queue_name, ARRAY[msg_id], vt); $f$;

CREATE FUNCTION pgmq.set_vt(queue_name text, msg_id bigint, vt integer) RETURNS SETOF pgmq.message_record
LANGUAGE sql AS $f$
  SELECT * FROM pgmq.set_vt(queue_name, ARRAY[msg_id], clock_timestamp() + make_interval(secs => vt));
$f$;

-- Not in the extension. Clients such as pgmq-js call set_vt($1, $2, $3) without types, which the four overloads above
-- make ambiguous; PostgreSQL prefers text for what has no type, and this says what was meant.
CREATE FUNCTION pgmq.set_vt(queue_name text, msg_id text, vt text) RETURNS SETOF pgmq.message_record
LANGUAGE plpgsql AS $f$
DECLARE
  ids bigint[] := CASE WHEN msg_id ~ '^\s*\{' THEN msg_id::bigint[] ELSE ARRAY[msg_id::bigint] END;
BEGIN
  IF vt ~ '^\s*-?\d+\s*$' THEN
    RETURN QUERY SELECT * FROM pgmq.set_vt(queue_name, ids, vt::integer);
  ELSE
    RETURN QUERY SELECT * FROM pgmq.set_vt(queue_name, ids, vt::timestamptz);
  END IF;
END
$f$;

CREATE FUNCTION pgmq.delete(queue_name text, msg_ids bigint[]) RETURNS SETOF bigint
LANGUAGE plpgsql AS $f$
BEGIN
  RETURN QUERY EXECUTE format(
    'DELETE FROM pgmq.%I WHERE msg_id = ANY ($1) RETURNING msg_id', pgmq.format_table_name(queue_name, 'q'))
  USING msg_ids;
END
$f$;

CREATE FUNCTION pgmq.delete(queue_name text, msg_id bigint) RETURNS boolean
LANGUAGE sql AS $f$ SELECT EXISTS (SELECT FROM pgmq.delete(queue_name, ARRAY[msg_id])); $f$;

CREATE FUNCTION pgmq.archive(queue_name text, msg_ids bigint[]) RETURNS SETOF bigint
LANGUAGE plpgsql AS $f$
BEGIN
  RETURN QUERY EXECUTE format(
    'WITH gone AS (
       DELETE FROM pgmq.%I WHERE msg_id = ANY ($1)
       RETURNING msg_id, read_ct, enqueued_at, last_read_at, vt, message, headers
     )
     INSERT INTO pgmq.%I (msg_id, read_ct, enqueued_at, last_read_at, vt, message, headers)
     SELECT msg_id, read_ct, enqueued_at, last_read_at, vt, message, headers FROM gone
     RETURNING msg_id',
    pgmq.format_table_name(queue_name, 'q'), pgmq.format_table_name(queue_name, 'a'))
  USING msg_ids;
END
$f$;

CREATE FUNCTION pgmq.archive(queue_name text, msg_id bigint) RETURNS boolean
LANGUAGE sql AS $f$ SELECT EXISTS (SELECT FROM pgmq.archive(queue_name, ARRAY[msg_id])); $f$;

  $sql$;
END
$guard$;
