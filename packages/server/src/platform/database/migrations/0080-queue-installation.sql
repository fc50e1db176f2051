-- Which PGMQ this database has. `extension`: the real one, created here where the server offers it and the role may.
-- `existing`: somebody installed a schema pgmq of their own, which is used and left alone. `gpushield`: the SQL of the
-- migrations 0081 to 0085, with PGMQ's schema, signatures, result columns and errors. Decided once, here: an extension
-- that appears on the server later must not be mixed into tables that are in use.
CREATE TABLE queue_installation (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  source text NOT NULL CHECK (source IN ('extension', 'existing', 'gpushield')),
  pgmq_version text NOT NULL,
  installed_at timestamptz NOT NULL DEFAULT now()
);

DO $install$
DECLARE
  -- The first that reads and archives with the columns that the server's queries name.
  oldest constant integer[] := ARRAY[1, 11, 0];
  offered text := (SELECT default_version FROM pg_available_extensions WHERE name = 'pgmq');
  found text := (SELECT extversion FROM pg_extension WHERE extname = 'pgmq');
BEGIN
  IF found IS NULL AND to_regclass('pgmq.meta') IS NOT NULL THEN
    INSERT INTO queue_installation (source, pgmq_version) VALUES ('existing', 'unknown');
    RETURN;
  END IF;
  IF found IS NULL AND string_to_array(offered, '.')::integer[] >= oldest THEN
    BEGIN
      CREATE EXTENSION pgmq;
      found := offered;
    EXCEPTION WHEN insufficient_privilege OR undefined_file OR feature_not_supported THEN
      RAISE NOTICE 'the extension pgmq cannot be created here (%); its SQL is installed instead', SQLERRM;
    END;
  END IF;
  IF found IS NULL THEN
    INSERT INTO queue_installation (source, pgmq_version) VALUES ('gpushield', '1.13.0');
  ELSIF string_to_array(found, '.')::integer[] >= oldest THEN
    INSERT INTO queue_installation (source, pgmq_version) VALUES ('extension', found);
  ELSE
    RAISE EXCEPTION 'The extension pgmq % is too old: 1.11.0 or later is needed', found
      USING HINT = 'Install a newer PGMQ on the server and run ALTER EXTENSION pgmq UPDATE.';
  END IF;
END
$install$;
