import { createHash } from 'node:crypto';
import type { SecurityEventInput } from '@gpushield/contracts';
import { boundedFingerprint } from '../alerts/index.ts';

const textOf = (
  evidence: Readonly<Record<string, unknown>>,
  names: readonly string[],
): string | undefined => {
  for (const name of names) {
    const value = evidence[name];
    if (typeof value === 'string' || typeof value === 'number') return String(value);
  }
  return undefined;
};

/**
 * What makes two events the same finding. It always names the node, so that one node's events can never join or
 * pass for another's. XIDs are the same by GPU and code; other events by the client's fingerprint, or by their words.
 */
export const eventFingerprint = (event: SecurityEventInput): string => {
  const { evidence = {} } = event;
  const nodeId = event.node_id.toLowerCase();
  const gpuId = event.gpu_id?.toLowerCase() ?? null;
  const code = textOf(evidence, ['xid', 'code']);
  if (event.event_type === 'gpu.xid' && code !== undefined) {
    const device = gpuId ?? textOf(evidence, ['pci_address', 'pci', 'device_id']) ?? 'unknown';
    return boundedFingerprint(`xid:${nodeId}`, `${device}:${code}`);
  }
  const own =
    event.fingerprint ??
    createHash('sha256')
      .update(JSON.stringify([event.event_type, gpuId, event.title]))
      .digest('hex');
  return boundedFingerprint(`event:${nodeId}`, own);
};
