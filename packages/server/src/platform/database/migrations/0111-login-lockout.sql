-- Failed logins, by the SHA-256 of the name that was tried: names that nobody has are slowed alike, and none is kept.
CREATE TABLE login_failures (
  name_hash bytea NOT NULL CHECK (octet_length(name_hash) = 32),
  -- What limits count by: an IPv4 address or an IPv6 /64; '*' is all addresses that the user never logged in from.
  address text NOT NULL CHECK (length(address) <= 64),
  -- '*': what of the allowance is used up now; else failures in a row.
  failures double precision NOT NULL,
  changed_at timestamptz(3) NOT NULL,
  PRIMARY KEY (name_hash, address)
);
CREATE INDEX login_failures_age ON login_failures (changed_at);

-- Where a user has logged in from with the right password: there, nobody else's failures count.
CREATE TABLE login_addresses (
  user_id uuid NOT NULL REFERENCES users (id) ON DELETE CASCADE,
  address text NOT NULL CHECK (length(address) <= 64),
  last_login_at timestamptz(3) NOT NULL,
  PRIMARY KEY (user_id, address)
);
CREATE INDEX login_addresses_age ON login_addresses (last_login_at);
