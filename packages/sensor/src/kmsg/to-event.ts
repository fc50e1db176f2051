import { parseXidLine, xidSeverity, xidFacts } from '@gpushield/contracts';
import { clean } from '../clean.ts';
import type { SpooledEvent } from '../spool/payload.ts';
import { parseOtherFault } from './other-faults.ts';
import type { KernelRecord } from './record.ts';

/** The contract's bounds. */
const maxTitle = 200;
const maxDescription = 4000;
const maxDetail = 1000;

type Finding = Pick<SpooledEvent['event'], 'event_type' | 'severity' | 'title' | 'evidence'> & {
  readonly fingerprint: string;
  readonly pciAddress: string | null;
};

const findXid = (message: string): Finding | null => {
  const xid = parseXidLine(message);
  if (xid === null) return null;
  const { code, pid, process, gpuInstance, pciAddress } = xid;
  const fact = xidFacts.get(code);
  const name = fact?.name ?? 'unknown code';
  const detail = clean(xid.detail, maxDetail);
  return {
    event_type: 'gpu.xid',
    severity: xidSeverity(code),
    title: `Xid ${code}: ${name}`,
    fingerprint: `xid:${code}`,
    evidence: { code, name, level: fact?.level ?? null, pid, process, gpu_instance: gpuInstance, detail },
    pciAddress,
  };
};

const findOther = (message: string): Finding | null => {
  const fault = parseOtherFault(message);
  if (fault === null) return null;
  const { id, title, severity, pciAddress } = fault;
  return {
    event_type: 'other',
    severity,
    title,
    fingerprint: `kernel:${id}`,
    evidence: { fault: id },
    pciAddress,
  };
};

/** The security event of an Xid that the driver announced by itself: the same finding as its line in the kernel log. */
export const xidEvent = (
  { xid, deviceId }: { readonly xid: number; readonly deviceId: string | null },
  timestamp: string,
): SpooledEvent => {
  const fact = xidFacts.get(xid);
  const name = fact?.name ?? 'unknown code';
  return {
    gpu_device: deviceId,
    event: {
      event_type: 'gpu.xid',
      severity: xidSeverity(xid),
      title: clean(`Xid ${xid}: ${name}`, maxTitle),
      description: `NVML announced Xid ${xid} (${name}); the kernel log could not be read for its details`,
      timestamp,
      fingerprint: `xid:${xid}:${deviceId ?? 'unknown'}`,
      evidence: { code: xid, name, level: fact?.level ?? null, origin: 'nvml', pci_address: deviceId },
    },
  };
};

/**
 * The security event of one kernel record, or null when it tells of none. `uuids` are GPU UUIDs by PCI address;
 * `toWallTime` turns the kernel's microseconds into a date. Equal code and GPU make the same finding; what a program
 * wrote into the log is marked, and is a finding of its own.
 */
export const toKernelEvent = (
  record: KernelRecord,
  { uuids, toWallTime }: { uuids: ReadonlyMap<string, string>; toWallTime: (timestampUs: number) => Date },
): SpooledEvent | null => {
  const finding = findXid(record.message) ?? findOther(record.message);
  if (finding === null) return null;
  const { event_type, severity, pciAddress } = finding;
  const uuid = pciAddress === null ? undefined : uuids.get(pciAddress);
  const [written, suffix] = record.isFromKernel
    ? ['', '']
    : [' (written into the kernel log by a program)', ':user_space'];
  const evidence = {
    ...finding.evidence,
    kernel_sequence: record.sequence,
    origin: record.isFromKernel ? 'kernel' : 'user_space',
    pci_address: pciAddress,
    ...(uuid === undefined ? {} : { gpu_uuid: uuid }),
  };
  return {
    gpu_device: pciAddress,
    event: {
      event_type,
      severity,
      title: clean(finding.title + written, maxTitle),
      description: clean(record.message, maxDescription),
      timestamp: toWallTime(record.timestampUs).toISOString(),
      fingerprint: `${finding.fingerprint}:${pciAddress ?? 'unknown'}${suffix}`,
      evidence,
    },
  };
};
