import type { Quota, QuotaSettings } from '@gpushield/contracts';
import type { Executor } from '../../platform/database/types.ts';
import type { Allowance, GroupAllowance } from './scheduling/types.ts';

export interface QuotaRow {
  readonly kind: 'user' | 'group' | 'default';
  readonly subject: string;
  readonly max_gpus: number | null;
  readonly max_jobs: number | null;
  readonly max_queued: number | null;
  readonly max_hours: number | null;
  readonly max_total_hours: number | null;
  readonly priority: number;
  readonly weight: number;
  readonly require_kata: boolean;
  readonly allow_profiling: boolean;
  readonly updated_at: Date;
}

const columns = `kind, subject, max_gpus, max_jobs, max_queued, max_hours, max_total_hours, priority, weight,
  require_kata, allow_profiling, updated_at`;
const maxQuotas = 100_000;

export const listQuotas = async (db: Executor): Promise<readonly QuotaRow[]> =>
  (
    await db.query<QuotaRow>(
      `SELECT ${columns} FROM reservation_quotas ORDER BY kind, subject LIMIT ${String(maxQuotas)}`,
    )
  ).rows;

export const putQuota = async (
  tx: Executor,
  kind: QuotaRow['kind'],
  subject: string,
  quota: QuotaSettings,
  at: Date,
): Promise<QuotaRow | undefined> =>
  (
    await tx.query<QuotaRow>(
      `INSERT INTO reservation_quotas (${columns}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
       ON CONFLICT (kind, subject) DO UPDATE SET max_gpus = $3, max_jobs = $4, max_queued = $5, max_hours = $6,
         max_total_hours = $7, priority = $8, weight = $9, require_kata = $10, allow_profiling = $11, updated_at = $12
       RETURNING ${columns}`,
      [
        kind,
        subject,
        quota.max_gpus ?? null,
        quota.max_jobs ?? null,
        quota.max_queued ?? null,
        quota.max_hours ?? null,
        quota.max_total_hours ?? null,
        quota.priority ?? 0,
        quota.weight ?? 1,
        quota.require_kata ?? false,
        quota.allow_profiling ?? false,
        at,
      ],
    )
  ).rows[0];

export const deleteQuota = async (tx: Executor, kind: string, subject: string): Promise<boolean> =>
  (await tx.query('DELETE FROM reservation_quotas WHERE kind = $1 AND subject = $2', [kind, subject]))
    .rowCount === 1;

export interface MemberRow {
  readonly group_name: string;
  readonly username: string;
}
export const listMembers = async (db: Executor): Promise<readonly MemberRow[]> =>
  (
    await db.query<MemberRow>(
      `SELECT group_name, username FROM reservation_group_members ORDER BY group_name, username LIMIT ${String(maxQuotas)}`,
    )
  ).rows;

/** Replaces a group's members; none deletes it. */
export const putMembers = async (tx: Executor, group: string, members: readonly string[]): Promise<void> => {
  await tx.query('DELETE FROM reservation_group_members WHERE group_name = $1', [group]);
  await tx.query(
    'INSERT INTO reservation_group_members (group_name, username) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING',
    [group, members],
  );
};

/** Until the transaction ends nobody else counts the waiting jobs of these users. */
export const lockQueues = async (tx: Executor, userIds: readonly string[]): Promise<void> => {
  await tx.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('waiting jobs ' || id, 0))
       FROM (SELECT id FROM unnest($1::text[]) AS id ORDER BY id) AS sorted`,
    [userIds],
  );
};

export const presentQuota = ({ updated_at: at, ...row }: QuotaRow): Quota => ({
  ...row,
  updated_at: at.toISOString(),
});

/** Everything that decides what a user may have: their own row, else the default's; priorities of both and of groups add up. */
export interface UserAllowance extends Allowance {
  readonly maxQueued: number | null;
  readonly maxHours: number | null;
  readonly maxTotalHours: number | null;
  readonly requireKata: boolean;
  readonly allowProfiling: boolean;
}

export interface QuotaTable {
  ofUser(username: string): UserAllowance;
  readonly groups: ReadonlyMap<string, GroupAllowance>;
}

export const quotaTable = (quotas: readonly QuotaRow[], members: readonly MemberRow[]): QuotaTable => {
  const rowOf = new Map(quotas.map((row) => [`${row.kind}:${row.subject.toLowerCase()}`, row]));
  const groupsOf = Map.groupBy(members, ({ username }) => username.toLowerCase());
  const known = new Map<string, UserAllowance>();
  const make = (username: string): UserAllowance => {
    const own = rowOf.get(`user:${username}`) ?? rowOf.get('default:*');
    const groups = (groupsOf.get(username) ?? []).map(({ group_name: name }) => name);
    const groupRows = groups.flatMap((name) => rowOf.get(`group:${name.toLowerCase()}`) ?? []);
    const all = own === undefined ? groupRows : [own, ...groupRows];
    return {
      maxGpus: own?.max_gpus ?? null,
      maxJobs: own?.max_jobs ?? null,
      maxQueued: own?.max_queued ?? null,
      maxHours: own?.max_hours ?? null,
      maxTotalHours: own?.max_total_hours ?? null,
      priority: Math.max(
        -100,
        Math.min(
          100,
          all.reduce((sum, row) => sum + row.priority, 0),
        ),
      ),
      weight: Math.max(0.01, own?.weight ?? groupRows[0]?.weight ?? 1),
      groups,
      requireKata: all.some((row) => row.require_kata),
      allowProfiling: all.some((row) => row.allow_profiling),
    };
  };
  const everybody = make('');
  const ownRows = new Set(
    quotas.filter(({ kind }) => kind === 'user').map(({ subject }) => subject.toLowerCase()),
  );
  return {
    ofUser: (given) => {
      const username = given.toLowerCase();
      // Most users have nothing of their own: one answer for all of them.
      if (!groupsOf.has(username) && !ownRows.has(username)) return everybody;
      const cached = known.get(username);
      if (cached !== undefined) return cached;
      const made = make(username);
      known.set(username, made);
      return made;
    },
    groups: new Map(
      quotas
        .filter(({ kind }) => kind === 'group')
        .map((row) => [row.subject, { maxGpus: row.max_gpus, maxJobs: row.max_jobs }]),
    ),
  };
};
