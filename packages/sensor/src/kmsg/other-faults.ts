import { type Severity, normalisePciAddress } from '@gpushield/contracts';

export interface GpuFault {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  readonly pciAddress: string | null;
}

const faults: readonly { id: string; title: string; severity: Severity; pattern: RegExp }[] = [
  {
    id: 'amdgpu.ras',
    title: 'AMD GPU uncorrectable hardware error',
    severity: 'high',
    pattern: /amdgpu.*uncorrectable hardware error/i,
  },
  {
    id: 'amdgpu.reset_failed',
    title: 'AMD GPU reset failed',
    severity: 'high',
    pattern: /amdgpu.*GPU reset.*failed/i,
  },
  { id: 'amdgpu.reset', title: 'AMD GPU reset', severity: 'medium', pattern: /amdgpu.*GPU reset begin/i },
  {
    id: 'amdgpu.fault',
    title: 'AMD GPU memory fault',
    severity: 'medium',
    pattern: /amdgpu.*(?:GPU fault detected|page fault)/i,
  },
  { id: 'intel.hang', title: 'Intel GPU hang', severity: 'medium', pattern: /\b(?:i915|xe)\b.*GPU HANG/i },
  {
    id: 'intel.reset',
    title: 'Intel GPU engine reset',
    severity: 'medium',
    pattern: /\bxe\b.*Engine reset/i,
  },
  {
    id: 'nvswitch.sxid_fatal',
    title: 'NVSwitch fatal error (SXid)',
    severity: 'high',
    pattern: /nvidia-nvswitch.*SXid.*:\s*\d+,\s*Fatal/i,
  },
  {
    id: 'nvswitch.sxid',
    title: 'NVSwitch error (SXid)',
    severity: 'medium',
    pattern: /nvidia-nvswitch.*SXid/i,
  },
];

/** Faults of AMD and Intel GPUs and of NVSwitches that the kernel log tells; null for any other line. */
export const parseOtherFault = (message: string): GpuFault | null => {
  const found = faults.find(({ pattern }) => pattern.test(message));
  if (found === undefined) return null;
  const address = /\b([0-9a-f]{4}:[0-9a-f]{2}:[0-9a-f]{2}(?:\.[0-7])?)\b/i.exec(message)?.[1];
  const { id, title, severity } = found;
  return { id, title, severity, pciAddress: address === undefined ? null : normalisePciAddress(address) };
};
