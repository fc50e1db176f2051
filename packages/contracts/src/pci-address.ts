/**
 * One form for the spellings of a PCI address: `00000000:3B:00.0` (nvidia-smi), `0000:3b:00` (Xid lines) and
 * `0000:3b:00.0` (sysfs) all become `0000:3b:00.0`. Null when it is none.
 */
export const normalisePciAddress = (value: string): string | null => {
  const match = /^(?:([0-9a-f]{4,8}):)?([0-9a-f]{2}):([0-9a-f]{2})(?:\.([0-7]))?$/i.exec(value.trim());
  if (match === null) return null;
  const [, domain = '0000', bus = '', device = '', fn = '0'] = match;
  const shortDomain = Number.parseInt(domain, 16).toString(16).padStart(4, '0');
  return `${shortDomain}:${bus}:${device}.${fn}`.toLowerCase();
};
