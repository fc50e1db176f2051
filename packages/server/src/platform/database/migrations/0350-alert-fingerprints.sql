-- The index of active fingerprints says nothing of closed alerts: who asks for a finding's past read the whole table.
CREATE INDEX alerts_fingerprint ON alerts (fingerprint, created_at DESC, id DESC);
