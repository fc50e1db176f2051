import { normalisePciAddress } from './pci-address.ts';

/** What an `NVRM: Xid` line says. Fields that this form of the line lacks, or gives as unknown, are null. */
export interface XidLine {
  readonly code: number;
  readonly pciAddress: string;
  /** The MIG instance (`GPU-I:05`). */
  readonly gpuInstance: string | null;
  readonly pid: number | null;
  readonly process: string | null;
  readonly detail: string;
}

const head =
  /NVRM: Xid \((?:PCI:)?([0-9a-f:.]{7,16})(?:[ ,]+GPU-I:([0-9a-z]+))?(?:[ ,][^)]*)?\):\s*(\d{1,5})(?:,\s*(.*))?$/i;
const known = (value: string | undefined): string | null => {
  const bare = value?.trim().replace(/^'(.*)'$/, '$1') ?? '';
  return bare === '' || bare === '<unknown>' ? null : bare;
};

/**
 * Reads `NVRM: Xid (PCI:0000:3b:00): 79, pid=1234, name=python3, GPU has fallen off the bus.` in the forms that
 * drivers have used: with and without `PCI:`, function, MIG instance, pid and name. Null for any other line.
 */
export const parseXidLine = (message: string): XidLine | null => {
  const match = head.exec(message);
  const pciAddress = normalisePciAddress(match?.[1] ?? '');
  if (match === null || pciAddress === null) return null;
  const parts =
    /^(?:pid=('[^']*'|<[^>]*>|\d+)(?:,\s*|$))?(?:name=('[^']*'|<[^>]*>|[^,]*)(?:,\s*|$))?(.*)$/.exec(
      match[4] ?? '',
    );
  const pid = Number(known(parts?.[1]) ?? Number.NaN);
  return {
    code: Number(match[3]),
    pciAddress,
    gpuInstance: match[2] ?? null,
    pid: Number.isSafeInteger(pid) ? pid : null,
    process: known(parts?.[2]),
    detail: (parts?.[3] ?? '').trim(),
  };
};

/** `NVRM: GPU at PCI:0000:3b:00: GPU-<uuid>`, which the driver prints before an Xid: address and UUID. */
export const parseGpuAtLine = (message: string): { pciAddress: string; uuid: string } | null => {
  const match = /NVRM: GPU at (?:PCI:)?([0-9a-f:.]{7,16}): (GPU-[0-9a-f-]{8,64})/i.exec(message);
  const pciAddress = normalisePciAddress(match?.[1] ?? '');
  return match?.[2] === undefined || pciAddress === null ? null : { pciAddress, uuid: match[2] };
};
