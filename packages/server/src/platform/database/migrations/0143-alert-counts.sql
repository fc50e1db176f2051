-- Figures of all alerts are counted in the index alone.
CREATE INDEX alerts_counts ON alerts (status, severity);
