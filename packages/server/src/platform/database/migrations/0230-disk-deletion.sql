-- A deleted disk keeps the status that it had: whoever gets it back must know whether it was ever made. What it holds is
-- destroyed only after it was marked so; from then on nobody gets it back.
ALTER TABLE disks ADD COLUMN purging_at timestamptz(3);
UPDATE disks SET status = 'ready' WHERE status = 'deleted';
ALTER TABLE disks DROP CONSTRAINT disks_status_check,
  ADD CONSTRAINT disks_status_check CHECK (status IN ('creating', 'ready', 'failed'));
