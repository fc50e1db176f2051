import { createHash } from 'node:crypto';

/** The contract's bound of a fingerprint. */
const maxFingerprintLength = 200;
const plain = /^[\x20-\x7e]+$/;

/** Beginnings that only the server's own detectors use: a client's alert must not pass for theirs, or join it. */
export const reservedPrefixes: readonly string[] = ['integrity:', 'xid:', 'event:', 'risk:', 'anomaly:'];
export const reservedSources: readonly string[] = [
  'integrity',
  'xid',
  'security_event',
  'scoring',
  'anomaly',
];

/** `prefix:rest`, where a rest that is long or not printable ASCII is replaced by its SHA-256. */
export const boundedFingerprint = (prefix: string, rest: string): string => {
  const whole = `${prefix}:${rest}`;
  if (whole.length <= maxFingerprintLength && plain.test(whole)) return whole;
  return `${prefix}:sha256:${createHash('sha256').update(rest).digest('hex')}`;
};
