import { arrayText, type ArrayElement } from '../database/array-text.ts';
import { encodeCopyRows, type CopyValue } from '../database/copy-format.ts';
import type { Executor, Tx } from '../database/types.ts';
import { canonicalJson } from './canonical.ts';
import type { AuditChainEntry } from './entry.ts';

/** The table's columns in the order in which entries are written. */
export const auditColumns = [
  'id', 'writer_id', 'sequence', 'occurred_at', 'correlation_id', 'principal_id', 'principal_kind',
  'principal_name', 'action', 'resource', 'granted', 'reason', 'ip_address', 'user_agent', 'details',
  'previous_hash', 'hash',
] as const; // prettier-ignore

const insertSql = `
  INSERT INTO audit_entries (${auditColumns.join(', ')})
  SELECT id, writer_id, sequence, occurred_at, correlation_id, principal_id, principal_kind, principal_name, action,
         resource, granted, reason, ip_address, user_agent, details, decode(previous_hash, 'hex'), decode(hash, 'hex')
  FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[], $5::text[], $6::text[], $7::text[], $8::text[],
              $9::text[], $10::text[], $11::boolean[], $12::text[], $13::text[], $14::text[], $15::jsonb[],
              $16::text[], $17::text[])
    AS entry (id, writer_id, sequence, occurred_at, correlation_id, principal_id, principal_kind, principal_name,
              action, resource, granted, reason, ip_address, user_agent, details, previous_hash, hash)`;

/** Writes entries with one statement: one round trip, which suits the few entries of a quiet server. */
export const insertEntries = async (db: Executor, entries: readonly AuditChainEntry[]): Promise<void> => {
  const column = (read: (entry: AuditChainEntry) => ArrayElement): string => arrayText(entries, read);
  await db.prepared('audit-insert', insertSql, [
    column((entry) => entry.id),
    column((entry) => entry.writerId),
    column((entry) => entry.sequence),
    column((entry) => new Date(entry.occurredAtMs).toISOString()),
    column((entry) => entry.correlationId),
    column((entry) => entry.principalId),
    column((entry) => entry.principalKind),
    column((entry) => entry.principalName),
    column((entry) => entry.action),
    column((entry) => entry.resource),
    column((entry) => entry.granted),
    column((entry) => entry.reason),
    column((entry) => entry.ipAddress),
    column((entry) => entry.userAgent),
    column((entry) => canonicalJson(entry.details)),
    column((entry) => entry.previousHash.toString('hex')),
    column((entry) => entry.hash.toString('hex')),
  ]);
};

const copyRow = (entry: AuditChainEntry): readonly CopyValue[] => [
  entry.id,
  entry.writerId,
  entry.sequence,
  new Date(entry.occurredAtMs),
  entry.correlationId,
  entry.principalId,
  entry.principalKind,
  entry.principalName,
  entry.action,
  entry.resource,
  entry.granted,
  entry.reason,
  entry.ipAddress,
  entry.userAgent,
  canonicalJson(entry.details),
  entry.previousHash,
  entry.hash,
];

/** Writes entries with one COPY, in the caller's transaction. */
export const copyEntries = async (tx: Tx, entries: readonly AuditChainEntry[]): Promise<void> => {
  await tx.copyIn('audit_entries', auditColumns, encodeCopyRows(entries.map(copyRow)));
};

/** A row of `audit_entries` as the driver gives it. */
export interface AuditRow {
  readonly id: string;
  readonly writer_id: string;
  readonly sequence: number;
  readonly occurred_at: Date;
  readonly correlation_id: string;
  readonly principal_id: string;
  readonly principal_kind: string;
  readonly principal_name: string | null;
  readonly action: string;
  readonly resource: string;
  readonly granted: boolean;
  readonly reason: string;
  readonly ip_address: string | null;
  readonly user_agent: string | null;
  readonly details: Readonly<Record<string, unknown>>;
  readonly previous_hash: Buffer;
  readonly hash: Buffer;
}

/** A row as an entry. */
export const entryOf = (row: AuditRow): AuditChainEntry => ({
  id: row.id,
  writerId: row.writer_id,
  sequence: row.sequence,
  occurredAtMs: row.occurred_at.getTime(),
  correlationId: row.correlation_id,
  principalId: row.principal_id,
  principalKind: row.principal_kind,
  principalName: row.principal_name,
  action: row.action,
  resource: row.resource,
  granted: row.granted,
  reason: row.reason,
  ipAddress: row.ip_address,
  userAgent: row.user_agent,
  details: row.details,
  previousHash: row.previous_hash,
  hash: row.hash,
});

/** Where a walk over all chains stands; undefined before the first entry. */
export interface ChainPosition {
  readonly writerId: string;
  readonly sequence: number;
}

const columnList = auditColumns.join(', ');

/** The next entries of all chains, chain by chain, each in the order of its sequence. */
export const readEntriesAfter = async (
  db: Executor,
  after: ChainPosition | undefined,
  limit: number,
): Promise<AuditChainEntry[]> => {
  const { rows } =
    after === undefined
      ? await db.query<AuditRow>(
          `SELECT ${columnList} FROM audit_entries ORDER BY writer_id, sequence LIMIT $1`,
          [limit],
        )
      : await db.query<AuditRow>(
          `SELECT ${columnList} FROM audit_entries WHERE (writer_id, sequence) > ($1::uuid, $2::bigint)
           ORDER BY writer_id, sequence LIMIT $3`,
          [after.writerId, after.sequence, limit],
        );
  return rows.map(entryOf);
};
