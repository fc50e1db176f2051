-- PGMQ in plain SQL, 5 of 5: notifications of inserts, and topics.
DO $guard$
BEGIN
  IF (SELECT source FROM queue_installation) <> 'gpushield' THEN RETURN; END IF;
  EXECUTE $sql$

-- Runs once a transaction, at its end. Without a throttle every transaction notifies, and transactions that notify
-- commit one after another, whole database, each with its own flush of the log: PostgreSQL keeps notifications in the
-- order of commits. With a throttle, whoever commits beside one that is about to notify does not, and goes its way.
-- A queue without a row has no throttle.
CREATE FUNCTION pgmq.notify_queue_listeners() RETURNS trigger
LANGUAGE plpgsql AS $f$
DECLARE
  queue text := TG_ARGV[0];
  mark text := pg_current_xact_id()::text || ' ' || queue;
  throttle_ms integer;
BEGIN
  IF current_setting('pgmq.notified', true) = mark THEN RETURN NULL; END IF;
  PERFORM set_config('pgmq.notified', mark, true);
  SELECT throttle_interval_ms INTO throttle_ms FROM pgmq.notify_insert_throttle WHERE queue_name = queue;
  IF throttle_ms > 0 THEN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('pgmq.notify.' || queue, 0)) THEN RETURN NULL; END IF;
    UPDATE pgmq.notify_insert_throttle
       SET last_notified_at = clock_timestamp()
     WHERE queue_name = queue
       AND (clock_timestamp() - last_notified_at >= make_interval(secs => throttle_ms / 1000.0)
            OR last_notified_at > clock_timestamp());
    IF NOT FOUND THEN RETURN NULL; END IF;
  END IF;
  PERFORM pg_notify('pgmq.q_' || queue || '.' || TG_OP, NULL);
  RETURN NULL;
END
$f$;

CREATE FUNCTION pgmq.disable_notify_insert(queue_name text) RETURNS void
LANGUAGE plpgsql AS $f$
BEGIN
  EXECUTE format('DROP TRIGGER IF EXISTS trigger_notify_queue_insert_listeners ON pgmq.%I',
    pgmq.format_table_name(queue_name, 'q'));
  DELETE FROM pgmq.notify_insert_throttle t WHERE t.queue_name = disable_notify_insert.queue_name;
END
$f$;

CREATE FUNCTION pgmq.enable_notify_insert(queue_name text, throttle_interval_ms integer DEFAULT 250)
RETURNS void
LANGUAGE plpgsql AS $f$
DECLARE
  qtable text := pgmq.format_table_name(queue_name, 'q');
BEGIN
  IF throttle_interval_ms < 0 THEN
    RAISE EXCEPTION 'throttle_interval_ms must be non-negative';
  END IF;
  IF to_regclass(format('pgmq.%I', qtable)) IS NULL THEN
    RAISE EXCEPTION 'Queue "%" does not exist. Create it first using pgmq.create()', queue_name;
  END IF;
  PERFORM pgmq.disable_notify_insert(queue_name);
  INSERT INTO pgmq.notify_insert_throttle (queue_name, throttle_interval_ms)
  VALUES (enable_notify_insert.queue_name, enable_notify_insert.throttle_interval_ms);
  EXECUTE format(
    'CREATE CONSTRAINT TRIGGER trigger_notify_queue_insert_listeners AFTER INSERT ON pgmq.%I
       DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION pgmq.notify_queue_listeners(%L)',
    qtable, queue_name);
END
$f$;

CREATE FUNCTION pgmq.update_notify_insert(queue_name text, throttle_interval_ms integer) RETURNS void
LANGUAGE plpgsql AS $f$
BEGIN
  IF throttle_interval_ms < 0 THEN
    RAISE EXCEPTION 'throttle_interval_ms must be non-negative, got: %', throttle_interval_ms;
  END IF;
  IF NOT EXISTS (SELECT FROM pgmq.meta m WHERE m.queue_name = update_notify_insert.queue_name) THEN
    RAISE EXCEPTION 'Queue "%" does not exist. Create the queue first using pgmq.create()', queue_name;
  END IF;
  UPDATE pgmq.notify_insert_throttle t
     SET throttle_interval_ms = update_notify_insert.throttle_interval_ms, last_notified_at = to_timestamp(0)
   WHERE t.queue_name = update_notify_insert.queue_name;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'Queue "%" does not have notify_insert enabled. Enable it first using pgmq.enable_notify_insert()',
      queue_name;
  END IF;
END
$f$;

CREATE FUNCTION pgmq.list_notify_insert_throttles()
RETURNS TABLE (queue_name text, throttle_interval_ms integer, last_notified_at timestamptz)
LANGUAGE sql STABLE AS $f$
  SELECT t.queue_name, t.throttle_interval_ms, t.last_notified_at
    FROM pgmq.notify_insert_throttle t ORDER BY t.queue_name;
$f$;

-- What a routing key and a pattern have in common; `what` names it in the message.
CREATE FUNCTION pgmq._check_segments(given text, what text) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $f$
BEGIN
  IF given IS NULL OR given = '' THEN
    RAISE EXCEPTION '% cannot be NULL or empty', what;
  ELSIF length(given) > 255 THEN
    RAISE EXCEPTION '% length cannot exceed 255 characters, got % characters', what, length(given);
  ELSIF given ~ '^\.' THEN
    RAISE EXCEPTION '% cannot start with a dot. Got: %', what, given;
  ELSIF given ~ '\.$' THEN
    RAISE EXCEPTION '% cannot end with a dot. Got: %', what, given;
  ELSIF given ~ '\.\.' THEN
    RAISE EXCEPTION '% cannot contain consecutive dots. Got: %', what, given;
  END IF;
END
$f$;

CREATE FUNCTION pgmq.validate_routing_key(routing_key text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $f$
BEGIN
  IF routing_key !~ '^[a-zA-Z0-9._-]+$' AND routing_key <> '' AND length(routing_key) <= 255 THEN
    RAISE EXCEPTION 'routing_key contains invalid characters. Only alphanumeric, dots, hyphens, and underscores are allowed. Got: %',
      routing_key;
  END IF;
  PERFORM pgmq._check_segments(routing_key, 'routing_key');
  RETURN true;
END
$f$;

CREATE FUNCTION pgmq.validate_topic_pattern(pattern text) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE AS $f$
BEGIN
  IF pattern !~ '^[a-zA-Z0-9._*#-]+$' AND pattern <> '' AND length(pattern) <= 255 THEN
    RAISE EXCEPTION 'pattern contains invalid characters. Only alphanumeric, dots, hyphens, underscores, *, and # are allowed. Got: %',
      pattern;
  END IF;
  PERFORM pgmq._check_segments(pattern, 'pattern');
  IF pattern ~ '\*\*' THEN
    RAISE EXCEPTION 'pattern cannot contain consecutive stars (**). Got: %', pattern;
  ELSIF pattern ~ '##' THEN
    RAISE EXCEPTION 'pattern cannot contain consecutive hashes (##). Got: %', pattern;
  ELSIF pattern ~ '\*#|#\*' THEN
    RAISE EXCEPTION 'pattern cannot contain adjacent wildcards (*# or #*). Got: %', pattern;
  END IF;
  RETURN true;
END
$f$;

CREATE FUNCTION pgmq.bind_topic(pattern text, queue_name text) RETURNS void
LANGUAGE plpgsql AS $f$
BEGIN
  PERFORM pgmq.validate_topic_pattern(pattern);
  IF queue_name IS NULL OR queue_name = '' THEN
    RAISE EXCEPTION 'queue_name cannot be NULL or empty';
  END IF;
  IF NOT EXISTS (SELECT FROM pgmq.meta m WHERE m.queue_name = bind_topic.queue_name) THEN
    RAISE EXCEPTION 'Queue "%" does not exist. Create the queue first using pgmq.create()', queue_name;
  END IF;
  INSERT INTO pgmq.topic_bindings (pattern, queue_name) VALUES (bind_topic.pattern, bind_topic.queue_name)
  ON CONFLICT ON CONSTRAINT topic_bindings_unique_pattern_queue DO NOTHING;
END
$f$;

CREATE FUNCTION pgmq.unbind_topic(pattern text, queue_name text) RETURNS boolean
LANGUAGE plpgsql AS $f$
BEGIN
  IF pattern IS NULL OR pattern = '' THEN
    RAISE EXCEPTION 'pattern cannot be NULL or empty';
  ELSIF queue_name IS NULL OR queue_name = '' THEN
    RAISE EXCEPTION 'queue_name cannot be NULL or empty';
  END IF;
  DELETE FROM pgmq.topic_bindings b
   WHERE b.pattern = unbind_topic.pattern AND b.queue_name = unbind_topic.queue_name;
  RETURN FOUND;
END
$f$;

CREATE FUNCTION pgmq.list_topic_bindings()
RETURNS TABLE (pattern text, queue_name text, bound_at timestamptz, compiled_regex text)
LANGUAGE sql STABLE AS $f$
  SELECT b.pattern, b.queue_name, b.bound_at, b.compiled_regex
    FROM pgmq.topic_bindings b ORDER BY b.bound_at DESC, b.pattern, b.queue_name;
$f$;

CREATE FUNCTION pgmq.list_topic_bindings(queue_name text)
RETURNS TABLE (pattern text, queue_name text, bound_at timestamptz, compiled_regex text)
LANGUAGE sql STABLE AS $f$
  SELECT b.pattern, b.queue_name, b.bound_at, b.compiled_regex
    FROM pgmq.topic_bindings b WHERE b.queue_name = $1 ORDER BY b.bound_at DESC, b.pattern;
$f$;

CREATE FUNCTION pgmq.test_routing(routing_key text)
RETURNS TABLE (pattern text, queue_name text, compiled_regex text)
LANGUAGE plpgsql STABLE AS $f$
BEGIN
  PERFORM pgmq.validate_routing_key(routing_key);
  RETURN QUERY SELECT b.pattern, b.queue_name, b.compiled_regex
                 FROM pgmq.topic_bindings b WHERE routing_key ~ b.compiled_regex ORDER BY b.pattern;
END
$f$;

-- Queues in the order of their names: two senders lock them in the same one.
CREATE FUNCTION pgmq._routed(routing_key text) RETURNS SETOF text
LANGUAGE sql STABLE AS $f$
  SELECT DISTINCT b.queue_name FROM pgmq.topic_bindings b
   WHERE routing_key ~ b.compiled_regex ORDER BY b.queue_name;
$f$;

CREATE FUNCTION pgmq.send_topic(routing_key text, msg jsonb, headers jsonb, delay integer) RETURNS integer
LANGUAGE plpgsql AS $f$
DECLARE
  target text;
  sent integer := 0;
BEGIN
  PERFORM pgmq.validate_routing_key(routing_key);
  IF msg IS NULL THEN
    RAISE EXCEPTION 'msg cannot be NULL';
  ELSIF delay < 0 THEN
    RAISE EXCEPTION 'delay cannot be negative, got: %', delay;
  END IF;
  FOR target IN SELECT * FROM pgmq._routed(routing_key) LOOP
    PERFORM pgmq.send(target, msg, headers, delay);
    sent := sent + 1;
  END LOOP;
  RETURN sent;
END
$f$;

CREATE FUNCTION pgmq.send_topic(routing_key text, msg jsonb) RETURNS integer
LANGUAGE sql AS $f$ SELECT pgmq.send_topic(routing_key, msg, NULL, 0); $f$;

CREATE FUNCTION pgmq.send_topic(routing_key text, msg jsonb, delay integer) RETURNS integer
LANGUAGE sql AS $f$ SELECT pgmq.send_topic(routing_key, msg, NULL, delay); $f$;

CREATE FUNCTION pgmq.send_batch_topic(routing_key text, msgs jsonb[], headers jsonb[], delay timestamptz)
RETURNS TABLE (queue_name text, msg_id bigint)
LANGUAGE plpgsql AS $f$
DECLARE
  target text;
BEGIN
  PERFORM pgmq.validate_routing_key(routing_key);
  PERFORM pgmq._check_batch(msgs, headers);
  FOR target IN SELECT * FROM pgmq._routed(routing_key) LOOP
    RETURN QUERY SELECT target, sent FROM pgmq.send_batch(target, msgs, headers, delay) AS sent;
  END LOOP;
END
$f$;

CREATE FUNCTION pgmq.send_batch_topic(routing_key text, msgs jsonb[])
RETURNS TABLE (queue_name text, msg_id bigint)
LANGUAGE sql AS $f$ SELECT * FROM pgmq.send_batch_topic(routing_key, msgs, NULL, clock_timestamp()); $f$;

CREATE FUNCTION pgmq.send_batch_topic(routing_key text, msgs jsonb[], headers jsonb[])
RETURNS TABLE (queue_name text, msg_id bigint)
LANGUAGE sql AS $f$ SELECT * FROM pgmq.send_batch_topic(routing_key, msgs, headers, clock_timestamp()); $f$;

CREATE FUNCTION pgmq.send_batch_topic(routing_key text, msgs jsonb[], delay integer)
RETURNS TABLE (queue_name text, msg_id bigint)
LANGUAGE sql AS $f$
  SELECT * FROM pgmq.send_batch_topic(routing_key, msgs, NULL, clock_timestamp() + make_interval(secs => delay));
$f$;

CREATE FUNCTION pgmq.send_batch_topic(routing_key text, msgs jsonb[], delay timestamptz)
RETURNS TABLE (queue_name text, msg_id bigint)
LANGUAGE sql AS $f$ SELECT * FROM pgmq.send_batch_topic(routing_key, msgs, NULL, delay); $f$;

CREATE FUNCTION pgmq.send_batch_topic(routing_key text, msgs jsonb[], headers jsonb[], delay integer)
RETURNS TABLE (queue_name text, msg_id bigint)
LANGUAGE sql AS $f$
  SELECT * FROM pgmq.send_batch_topic(routing_key, msgs, headers, clock_timestamp() + make_interval(secs => delay));
$f$;

  $sql$;
END
$guard$;
