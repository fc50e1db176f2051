import {
  earliestTimestamp,
  maxFutureMs,
  parseXidLine,
  xidFacts,
  xidSeverity,
  type SecurityEventInput,
} from '@gpushield/contracts';
import type { Attributes } from '../attributes.ts';
import { placeOf } from '../mapping/gpu-identity.ts';
import type { LogRecord } from './log-sink.ts';

/** An Xid that a log record tells of: the event but for the ids of node and GPU, which its attributes name. */
export interface LoggedXid {
  readonly nodeName: string;
  readonly clusterId: string;
  readonly pciAddress: string;
  readonly event: Omit<SecurityEventInput, 'node_id'>;
}

const maxTitle = 200;
const maxDescription = 4000;
const maxDetail = 1000;
const printable = (text: string, maxLength: number): string =>
  text.replace(/[\p{Cc}\p{Cf}]/gu, ' ').slice(0, maxLength);

/**
 * The Xid in a log record (`NVRM: Xid (PCI:…): 79, …`, as journald, kmsg and dmesg receivers carry it). Null: it tells of
 * none. A text: it tells of one that cannot be placed, and why.
 */
export const xidOf = (record: LogRecord, resource: Attributes, nowMs: number): LoggedXid | string | null => {
  const line = record.body.includes('Xid') ? record.body : (record.attributes.get('MESSAGE') ?? '');
  const xid = line.includes('NVRM: Xid') ? parseXidLine(line.slice(line.indexOf('NVRM: Xid')).trim()) : null;
  if (xid === null) return null;
  const { nodeName, clusterId } = placeOf(record.attributes, resource);
  if (nodeName === null) return 'an Xid without host.name or k8s.node.name';
  if (record.timeMs < Date.parse(earliestTimestamp) || record.timeMs > nowMs + maxFutureMs)
    return 'an Xid at a time that cannot be';
  const name = xidFacts.get(xid.code)?.name ?? 'unknown code';
  return {
    nodeName,
    clusterId,
    pciAddress: xid.pciAddress,
    event: {
      event_type: 'gpu.xid',
      severity: xidSeverity(xid.code),
      title: printable(`Xid ${xid.code}: ${name}`, maxTitle),
      description: printable(line, maxDescription),
      timestamp: new Date(record.timeMs).toISOString(),
      fingerprint: `xid:${xid.code}:${xid.pciAddress}`,
      evidence: {
        code: xid.code,
        name,
        pid: xid.pid,
        process: xid.process === null ? null : printable(xid.process, maxDetail),
        detail: printable(xid.detail, maxDetail),
        origin: 'otlp_log',
        pci_address: xid.pciAddress,
      },
    },
  };
};
