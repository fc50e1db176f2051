-- Vectors in namespaces that belong to one user each. The owner is part of every key, so that no query can leave it out.
CREATE TABLE vector_namespaces (
  owner_id text NOT NULL,
  name text NOT NULL,
  dimensions integer NOT NULL CHECK (dimensions BETWEEN 1 AND 4096),
  metric text NOT NULL CHECK (metric IN ('cosine', 'dot', 'l2')),
  model text,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, name)
);

CREATE TABLE vector_items (
  owner_id text NOT NULL,
  namespace text NOT NULL,
  id text NOT NULL,
  embedding real[] NOT NULL,
  content text,
  metadata jsonb NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (owner_id, namespace, id),
  FOREIGN KEY (owner_id, namespace) REFERENCES vector_namespaces (owner_id, name) ON DELETE CASCADE
);
