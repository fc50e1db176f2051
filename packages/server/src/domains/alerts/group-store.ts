import type { Severity } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';

export interface GroupRecord {
  readonly groupKey: string;
  readonly source: string;
  readonly nodeId: string | null;
  readonly windowStart: Date;
  readonly alerts: number;
  readonly active: number;
  readonly occurrences: number;
  readonly severity: Severity;
  readonly newestId: string;
  readonly newestTitle: string;
  readonly firstSeenAt: Date;
  readonly lastSeenAt: Date;
}

export interface GroupFilters {
  readonly source: string | null;
  readonly nodeId: string | null;
  readonly activeOnly: boolean;
  readonly since: Date | null;
  readonly until: Date | null;
}

/**
 * Newest window first. The index's order is the groups' own: a page reads the rows of its groups and no more. All
 * alerts of a group have its source and node.
 */
export const groupsSql = `
  SELECT group_key AS "groupKey", min(source) AS source, min(node_id::text) AS "nodeId", group_at AS "windowStart",
    count(*) AS alerts, count(*) FILTER (WHERE status NOT IN ('resolved', 'false_positive')) AS active,
    sum(occurrences)::bigint AS occurrences, max(severity) AS severity,
    (array_agg(id ORDER BY created_at DESC, id DESC))[1] AS "newestId",
    (array_agg(title ORDER BY created_at DESC, id DESC))[1] AS "newestTitle",
    min(first_seen_at) AS "firstSeenAt", max(last_seen_at) AS "lastSeenAt"
  FROM alerts
  WHERE ($1::text IS NULL OR source = $1) AND ($2::uuid IS NULL OR node_id = $2)
    AND ($3::timestamptz IS NULL OR group_at >= $3) AND ($4::timestamptz IS NULL OR group_at < $4)
    AND ($5::timestamptz IS NULL OR (group_at, group_key) < ($5, $6))
  GROUP BY group_at, group_key
  HAVING $7 IS FALSE OR count(*) FILTER (WHERE status NOT IN ('resolved', 'false_positive')) > 0
  ORDER BY group_at DESC, group_key DESC LIMIT $8`;

export const listGroups = async (
  db: Executor,
  filters: GroupFilters,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly GroupRecord[]> =>
  (
    await db.query<GroupRecord>(groupsSql, [
      filters.source,
      filters.nodeId,
      filters.since,
      filters.until,
      after === undefined ? null : new Date(Number(after.sort)),
      after?.id ?? null,
      filters.activeOnly,
      limit,
    ])
  ).rows;

export interface CountRecord {
  readonly status: string;
  readonly severity: Severity;
  readonly alerts: number;
}

const countsSql = `
  SELECT status, severity, count(*) AS alerts FROM alerts GROUP BY status, severity ORDER BY status, severity DESC`;

export const countAlerts = async (db: Executor): Promise<readonly CountRecord[]> =>
  (await db.query<CountRecord>(countsSql)).rows;
