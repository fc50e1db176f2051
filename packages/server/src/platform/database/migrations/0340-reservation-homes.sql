-- Where the jobs and disks of a runtime are that keeps them in one place: who is elsewhere must not drive them.
CREATE TABLE reservation_homes (
  runtime text PRIMARY KEY,
  -- Of the directory that holds them, not of the host: hosts change their names.
  home uuid NOT NULL,
  name text NOT NULL CHECK (length(name) <= 253),
  seen_at timestamptz(3) NOT NULL
);
