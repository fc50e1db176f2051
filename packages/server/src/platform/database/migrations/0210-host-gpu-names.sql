-- Sensors named GPUs without a vendor's UUID by their place on the bus, which another host has too; now the node's name
-- goes before it. What is registered keeps its id and history. Names that would need a hash are left: their sensor
-- registers those GPUs anew.
WITH named AS (
  SELECT gpus.id, 'HOST-' || host || '-' || gpus.uuid AS uuid
  FROM gpus JOIN nodes ON nodes.id = gpus.node_id
    CROSS JOIN LATERAL (
      SELECT CASE nodes.cluster_id WHEN 'default' THEN nodes.name ELSE nodes.cluster_id || '::' || nodes.name END AS host
    ) AS place
  WHERE gpus.uuid LIKE 'PCI-%' AND host ~ '^[A-Za-z0-9._:-]+$' AND nodes.name NOT LIKE '%::%'
)
UPDATE gpus SET uuid = named.uuid FROM named
WHERE gpus.id = named.id AND length(named.uuid) <= 96
  AND NOT EXISTS (SELECT 1 FROM gpus AS other WHERE other.uuid = named.uuid);
