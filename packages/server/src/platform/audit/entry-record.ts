import type { AuditChainEntry } from './entry.ts';

/** An entry as files and exports show it: the API's field names, times in RFC 3339, hashes in lower-case hex. */
export const entryRecord = (entry: AuditChainEntry) => ({
  id: entry.id,
  writer_id: entry.writerId,
  sequence: entry.sequence,
  occurred_at: new Date(entry.occurredAtMs).toISOString(),
  correlation_id: entry.correlationId,
  principal_id: entry.principalId,
  principal_kind: entry.principalKind,
  principal_name: entry.principalName,
  action: entry.action,
  resource: entry.resource,
  granted: entry.granted,
  reason: entry.reason,
  ip_address: entry.ipAddress,
  user_agent: entry.userAgent,
  details: entry.details,
  previous_hash: entry.previousHash.toString('hex'),
  hash: entry.hash.toString('hex'),
});
