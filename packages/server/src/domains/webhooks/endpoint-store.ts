import type { Executor, Tx } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';

export interface EndpointFields {
  readonly url: string;
  readonly description: string;
  readonly eventTypes: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly ordered: boolean;
  readonly rateLimitPerSecond: number | null;
}

export interface EndpointRecord extends EndpointFields {
  readonly id: string;
  readonly enabled: boolean;
  readonly disabledReason: 'manual' | 'gone' | 'failing' | null;
  readonly disabledAt: Date | null;
  readonly failingSince: Date | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

const columns = `id, url, description, event_types AS "eventTypes", labels, ordered,
  rate_limit_per_second AS "rateLimitPerSecond", enabled, disabled_reason AS "disabledReason",
  disabled_at AS "disabledAt", failing_since AS "failingSince", created_at AS "createdAt", updated_at AS "updatedAt"`;

const valuesOf = (fields: EndpointFields): readonly unknown[] => [
  fields.url,
  fields.description,
  fields.eventTypes,
  JSON.stringify(fields.labels),
  fields.ordered,
  fields.rateLimitPerSecond,
];

export const countEndpoints = async (db: Executor): Promise<number> =>
  (await db.query<{ count: number }>('SELECT count(*) AS count FROM webhook_endpoints')).rows[0]?.count ?? 0;

export const insertEndpoint = async (
  tx: Tx,
  endpoint: EndpointFields & { readonly id: string; readonly createdBy: string; readonly now: Date },
): Promise<void> => {
  await tx.query(
    `INSERT INTO webhook_endpoints (url, description, event_types, labels, ordered, rate_limit_per_second, id,
       created_by, enabled, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, true, $9, $9)`,
    [...valuesOf(endpoint), endpoint.id, endpoint.createdBy, endpoint.now],
  );
};

export const findEndpoint = async (db: Executor, id: string): Promise<EndpointRecord | undefined> =>
  (await db.query<EndpointRecord>(`SELECT ${columns} FROM webhook_endpoints WHERE id = $1`, [id])).rows[0];

/** Locks the row until the transaction ends; deliveries, which refer to it, may still be made beside. */
export const lockEndpoint = async (tx: Tx, id: string): Promise<EndpointRecord | undefined> =>
  (
    await tx.query<EndpointRecord>(
      `SELECT ${columns} FROM webhook_endpoints WHERE id = $1 FOR NO KEY UPDATE`,
      [id],
    )
  ).rows[0];

export const updateEndpoint = async (
  tx: Tx,
  id: string,
  fields: EndpointFields,
  now: Date,
): Promise<void> => {
  await tx.query(
    `UPDATE webhook_endpoints SET url = $1, description = $2, event_types = $3, labels = $4, ordered = $5,
       rate_limit_per_second = $6, updated_at = $8 WHERE id = $7`,
    [...valuesOf(fields), id, now],
  );
};

/** Enabling forgets the failures, so that the five days begin anew. */
export const setEnabled = async (tx: Tx, id: string, enabled: boolean, now: Date): Promise<void> => {
  await tx.query(
    `UPDATE webhook_endpoints SET enabled = $2, disabled_reason = CASE WHEN $2 THEN NULL ELSE 'manual' END,
       disabled_at = CASE WHEN $2 THEN NULL ELSE $3::timestamptz END, failing_since = NULL, failed_attempts = 0,
       updated_at = $3
      WHERE id = $1 AND enabled <> $2`,
    [id, enabled, now],
  );
};

export const deleteEndpoint = async (tx: Tx, id: string): Promise<boolean> =>
  (await tx.query('DELETE FROM webhook_endpoints WHERE id = $1', [id])).rowCount > 0;

export const listEndpoints = async (
  db: Executor,
  enabled: boolean | null,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly EndpointRecord[]> => {
  const { rows } = await db.query<EndpointRecord>(
    `SELECT ${columns} FROM webhook_endpoints
      WHERE ($1::boolean IS NULL OR enabled = $1)
        AND ($2::timestamptz IS NULL OR (created_at, id) < ($2, $3::uuid))
      ORDER BY created_at DESC, id DESC LIMIT $4`,
    [enabled, after === undefined ? null : new Date(Number(after.sort)), after?.id ?? null, limit],
  );
  return rows;
};

/** Lets the current secret sign until `until`, forgets those that have ended, and puts the new one in its place. */
export const rotateSecret = async (
  tx: Tx,
  endpointId: string,
  secret: { readonly id: string; readonly sealed: string },
  times: { readonly now: Date; readonly until: Date },
): Promise<void> => {
  await tx.query('DELETE FROM webhook_secrets WHERE endpoint_id = $1 AND expires_at <= $2', [
    endpointId,
    times.now,
  ]);
  await tx.query('UPDATE webhook_secrets SET expires_at = $2 WHERE endpoint_id = $1 AND expires_at IS NULL', [
    endpointId,
    times.until,
  ]);
  await tx.query(
    'INSERT INTO webhook_secrets (id, endpoint_id, sealed, created_at) VALUES ($1, $2, $3, $4)',
    [secret.id, endpointId, secret.sealed, times.now],
  );
};

/** Secrets that sign at `now`. */
export const countSecrets = async (tx: Tx, endpointId: string, now: Date): Promise<number> =>
  (
    await tx.query<{ count: number }>(
      'SELECT count(*) AS count FROM webhook_secrets WHERE endpoint_id = $1 AND (expires_at IS NULL OR expires_at > $2)',
      [endpointId, now],
    )
  ).rows[0]?.count ?? 0;
