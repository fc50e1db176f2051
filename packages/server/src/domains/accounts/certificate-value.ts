import { AppError } from '../../platform/errors.ts';
import type { CertificateRow } from './certificate-store.ts';

const fingerprint = /^[0-9a-f]{64}$/;
const uri = /^[a-z][a-z0-9+.-]*:[^\s",]+$/i;
// No wildcards: one registration is one name, exactly.
const dnsName = /^(?!-)[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63})*$/;

const rules: Readonly<Record<CertificateRow['match'], readonly [RegExp, string]>> = {
  fingerprint: [fingerprint, 'must be a SHA-256 of 64 hex digits, with or without colons'],
  san_uri: [uri, 'must be a URI without commas and quotes'],
  san_dns: [dnsName, 'must be a host name, without wildcards'],
};

/** The form in which names are compared. Errors: `validation_failed`. */
export const normalCertificateValue = (match: CertificateRow['match'], value: string): string => {
  const normal =
    match === 'fingerprint'
      ? value.replaceAll(':', '').toLowerCase()
      : match === 'san_dns'
        ? value.toLowerCase()
        : value;
  const [pattern, message] = rules[match];
  if (pattern.test(normal)) return normal;
  throw new AppError('validation_failed', {
    detail: `/value ${message}`,
    errors: [{ field: '/value', message }],
  });
};
