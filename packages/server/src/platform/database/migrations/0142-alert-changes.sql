/*
 * What happened to alerts, in an order that a reader can resume from. `seq` is no such order: a transaction that took a
 * lower number may commit after one with a higher one. So changes are numbered again once they are committed, by
 * whichever replica has readers, under one lock: `position` becomes visible in its own order. Nothing is notified.
 */
CREATE TABLE alert_changes (
  seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  position bigint,
  alert_id uuid NOT NULL,
  kind text NOT NULL CHECK (kind IN ('created', 'changed')),
  action text NOT NULL,
  actor text NOT NULL,
  at timestamptz(3) NOT NULL
);
CREATE UNIQUE INDEX alert_changes_position ON alert_changes (position);
CREATE INDEX alert_changes_unnumbered ON alert_changes (seq) WHERE position IS NULL;
CREATE INDEX alert_changes_at ON alert_changes (at);

-- Up to where changes were removed: who resumes before it has missed some, and is told. Also the least next position.
CREATE TABLE alert_changes_removed (
  single boolean PRIMARY KEY DEFAULT true CHECK (single),
  position bigint NOT NULL
);
INSERT INTO alert_changes_removed (position) VALUES (0);
