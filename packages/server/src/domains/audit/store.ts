import type { AuditRow } from '../../platform/audit/index.ts';
import { auditColumns } from '../../platform/audit/index.ts';
import type { Executor } from '../../platform/database/types.ts';
import type { CursorPosition } from '../../platform/http/cursor.ts';

export interface AuditFilter {
  readonly principal_id?: string | undefined;
  readonly action?: string | undefined;
  readonly resource?: string | undefined;
  readonly correlation_id?: string | undefined;
  readonly granted?: boolean | undefined;
  /** RFC 3339; inclusive. */
  readonly since?: string | undefined;
  /** RFC 3339; exclusive. */
  readonly until?: string | undefined;
}

/** Entries that match, newest first, up to `limit` behind `after`. */
export const listEntries = async (
  db: Executor,
  filter: AuditFilter,
  limit: number,
  after: CursorPosition | undefined,
): Promise<readonly AuditRow[]> => {
  const values: unknown[] = [];
  const at = (value: unknown): string => `$${values.push(value)}`;
  const where: string[] = [];
  for (const column of ['principal_id', 'action', 'resource', 'correlation_id'] as const) {
    const wanted = filter[column];
    if (wanted !== undefined) where.push(`${column} = ${at(wanted)}`);
  }
  // Without a parameter, so that the planner can see that the index of refusals serves.
  if (filter.granted !== undefined) where.push(filter.granted ? 'granted' : 'NOT granted');
  if (filter.since !== undefined) where.push(`occurred_at >= ${at(filter.since)}::timestamptz`);
  if (filter.until !== undefined) where.push(`occurred_at < ${at(filter.until)}::timestamptz`);
  if (after !== undefined) {
    where.push(`(occurred_at, id) < (${at(after.sort)}::timestamptz, ${at(after.id)}::uuid)`);
  }
  const conditions = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
  const { rows } = await db.query<AuditRow>(
    `SELECT ${auditColumns.join(', ')} FROM audit_entries ${conditions}
     ORDER BY occurred_at DESC, id DESC LIMIT ${at(limit)}`,
    values,
  );
  return rows;
};

/** Entries of a time, oldest first, behind `after`. */
export const readOldest = async (
  db: Executor,
  wanted: {
    readonly since: string | undefined;
    readonly until: string;
    readonly after: Pick<AuditRow, 'occurred_at' | 'id'> | undefined;
    readonly limit: number;
  },
): Promise<readonly AuditRow[]> => {
  const { since, until, after, limit } = wanted;
  const from = after?.occurred_at.toISOString() ?? since ?? '-infinity';
  const { rows } = await db.query<AuditRow>(
    `SELECT ${auditColumns.join(', ')} FROM audit_entries
     WHERE occurred_at >= $1::timestamptz AND occurred_at < $2::timestamptz
       AND ($3::uuid IS NULL OR (occurred_at, id) > ($1::timestamptz, $3::uuid))
     ORDER BY occurred_at, id LIMIT $4`,
    [from, until, after?.id ?? null, limit],
  );
  return rows;
};
