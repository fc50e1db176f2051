-- When a record of one of the node's GPUs was stored last, whatever brought it: nodes that have no sensor of ours are seen
-- by it. The row is written by each of these transactions anyway.
ALTER TABLE detection_heads ADD COLUMN heard_at timestamptz(3);
