import { arrayText, type ArrayElement } from '../../platform/database/array-text.ts';
import type { Executor } from '../../platform/database/types.ts';
import type { UsageEntry } from './types.ts';

const insert = `
  INSERT INTO usage_entries (id, at, principal_id, kind, subject, operation, provider, credential_id, outcome,
                             prompt_tokens, completion_tokens, gpu_seconds, cost, duration_ms, correlation_id)
  SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                       $8::text[], $9::text[], $10::bigint[], $11::bigint[], $12::float8[], $13::float8[],
                       $14::float8[], $15::text[])
  ON CONFLICT DO NOTHING`;

/** Enters a batch. The same entry twice counts once. */
export const insertEntries = async (db: Executor, entries: readonly UsageEntry[]): Promise<void> => {
  const column = (read: (entry: UsageEntry) => ArrayElement): string => arrayText(entries, read);
  await db.prepared('usage-insert', insert, [
    column((one) => one.id),
    column((one) => new Date(one.atMs).toISOString()),
    column((one) => one.principalId),
    column((one) => one.kind),
    column((one) => one.subject),
    column((one) => one.operation),
    column((one) => one.provider),
    column((one) => one.credentialId),
    column((one) => one.outcome),
    column((one) => one.promptTokens),
    column((one) => one.completionTokens),
    column((one) => one.gpuSeconds),
    column((one) => one.cost),
    column((one) => one.durationMs),
    column((one) => one.correlationId),
  ]);
};

export interface UsageFilter {
  /** Undefined: everybody's. */
  readonly principalId: string | undefined;
  readonly subject: string | undefined;
  readonly kind: string | undefined;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

export interface UsageRow {
  readonly id: string;
  readonly at: Date;
  readonly principal_id: string;
  readonly kind: 'inference' | 'reservation';
  readonly subject: string;
  readonly operation: string;
  readonly provider: string | null;
  readonly outcome: string;
  readonly prompt_tokens: string;
  readonly completion_tokens: string;
  readonly gpu_seconds: number;
  readonly cost: number;
  readonly duration_ms: number;
  readonly correlation_id: string;
}

const conditions = (filter: UsageFilter): { readonly sql: string; readonly values: readonly unknown[] } => {
  const parts: (readonly [string, unknown])[] = [
    ['principal_id =', filter.principalId],
    ['subject =', filter.subject],
    ['kind =', filter.kind],
    ['at >=', filter.from],
    ['at <', filter.to],
  ];
  const given = parts.filter(([, value]) => value !== undefined);
  return {
    sql: given.map(([condition], index) => `${condition} $${String(index + 1)}`).join(' AND ') || 'true',
    values: given.map(([, value]) => value),
  };
};

/** One page, newest first. */
export const selectEntries = async (
  db: Executor,
  filter: UsageFilter,
  limit: number,
  after: { readonly sort: string; readonly id: string } | undefined,
): Promise<readonly UsageRow[]> => {
  const { sql, values } = conditions(filter);
  const next = values.length + 1;
  const beyond = after === undefined ? '' : `AND (at, id) < ($${String(next + 1)}, $${String(next + 2)})`;
  const { rows } = await db.query<UsageRow>(
    `SELECT id, at, principal_id, kind, subject, operation, provider, outcome, prompt_tokens, completion_tokens,
            gpu_seconds, cost, duration_ms, correlation_id
       FROM usage_entries WHERE ${sql} ${beyond} ORDER BY at DESC, id DESC LIMIT $${String(next)}`,
    after === undefined ? [...values, limit] : [...values, limit, new Date(after.sort), after.id],
  );
  return rows;
};

export interface UsageSum {
  readonly principal_id: string;
  readonly subject: string;
  readonly kind: string;
  readonly calls: string;
  readonly prompt_tokens: string;
  readonly completion_tokens: string;
  readonly gpu_seconds: number;
  readonly cost: number;
}

/** Sums by principal and subject, the most GPU-seconds first. */
export const sumEntries = async (
  db: Executor,
  filter: UsageFilter,
  limit: number,
): Promise<readonly UsageSum[]> => {
  const { sql, values } = conditions(filter);
  const { rows } = await db.query<UsageSum>(
    `SELECT principal_id, subject, kind, count(*) AS calls, sum(prompt_tokens)::text AS prompt_tokens,
            sum(completion_tokens)::text AS completion_tokens, sum(gpu_seconds) AS gpu_seconds, sum(cost) AS cost
       FROM usage_entries WHERE ${sql} GROUP BY 1, 2, 3
      ORDER BY sum(gpu_seconds) DESC, 1, 2, 3 LIMIT $${String(values.length + 1)}`,
    [...values, limit],
  );
  return rows;
};
