-- The one way out of the trail: a chain's oldest entries, all of them up to an entry that a signed checkpoint names
-- as the chain's new anchor, and none that is younger than a day. The trigger judges what was deleted, not by whom.
CREATE FUNCTION allow_audit_prefix() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
DECLARE
  deleted record;
  found_any boolean := false;
BEGIN
  FOR deleted IN
    SELECT writer_id, max(sequence) AS last, max(occurred_at) AS newest FROM leaving GROUP BY writer_id
  LOOP
    found_any := true;
    IF deleted.newest > now() - interval '1 day'
      OR NOT EXISTS (
        SELECT FROM public.audit_checkpoint_heads anchor
        JOIN leaving ON leaving.writer_id = anchor.writer_id AND leaving.sequence = anchor.sequence
                    AND leaving.hash = anchor.hash
        WHERE anchor.kind = 'anchor' AND anchor.writer_id = deleted.writer_id AND anchor.sequence = deleted.last)
      OR EXISTS (
        SELECT FROM public.audit_entries WHERE writer_id = deleted.writer_id AND sequence <= deleted.last)
    THEN
      found_any := false;
      EXIT;
    END IF;
  END LOOP;
  IF NOT found_any THEN
    RAISE EXCEPTION 'The audit trail is append-only: % on % is refused', TG_OP, TG_TABLE_NAME
      USING ERRCODE = 'insufficient_privilege',
            HINT = 'Entries leave through audit_prune alone, up to a signed anchor.';
  END IF;
  RETURN NULL;
END
$$;

DROP TRIGGER audit_entries_append_only ON audit_entries;
CREATE TRIGGER audit_entries_append_only
  BEFORE UPDATE OR TRUNCATE ON audit_entries
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_append_only;
CREATE TRIGGER audit_entries_leave_by_prefix
  AFTER DELETE ON audit_entries REFERENCING OLD TABLE AS leaving
  FOR EACH STATEMENT EXECUTE FUNCTION allow_audit_prefix();
ALTER TABLE audit_entries ENABLE ALWAYS TRIGGER audit_entries_leave_by_prefix;

-- The trigger is what guards deletion now, for the owner and for superusers alike.
GRANT DELETE ON audit_entries TO CURRENT_USER;

-- Deletes a chain's entries up to its anchor; answers how many there were.
CREATE FUNCTION audit_prune(chain uuid, anchor bigint) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public AS $$
DECLARE
  gone bigint;
BEGIN
  IF NOT EXISTS (SELECT FROM public.audit_entries WHERE writer_id = chain AND sequence <= anchor) THEN
    RETURN 0;
  END IF;
  DELETE FROM public.audit_entries WHERE writer_id = chain AND sequence <= anchor;
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END
$$;
REVOKE EXECUTE ON FUNCTION audit_prune(uuid, bigint) FROM PUBLIC;
