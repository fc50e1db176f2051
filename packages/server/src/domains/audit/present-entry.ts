import type { AuditEntry } from '@gpushield/contracts';
import type { AuditRow } from '../../platform/audit/index.ts';

/** An entry as the API shows it: times in RFC 3339, hashes in lower-case hex. */
export const presentEntry = (row: AuditRow): AuditEntry => ({
  id: row.id,
  writer_id: row.writer_id,
  sequence: row.sequence,
  occurred_at: row.occurred_at.toISOString(),
  correlation_id: row.correlation_id,
  principal_id: row.principal_id,
  principal_kind: row.principal_kind,
  principal_name: row.principal_name,
  action: row.action,
  resource: row.resource,
  granted: row.granted,
  reason: row.reason,
  ip_address: row.ip_address,
  user_agent: row.user_agent,
  details: row.details,
  previous_hash: row.previous_hash.toString('hex'),
  hash: row.hash.toString('hex'),
});
