import { signingKeyFromPem } from '../platform/audit/signing-key.ts';
import { parseSyslogUrl, type SyslogTarget } from '../platform/audit/sinks/syslog-sink.ts';
import { createSecret, type Secret } from '../platform/secrets/index.ts';
import { accepted, refused, type Parser } from './parsed.ts';
import { filePath, httpUrl, networkList, wholeNumber } from './parsers.ts';
import { issuedSecret } from './secret-parsers.ts';
import { defaulted, optional } from './variable.ts';

/** Ten years: longer is a typing error, or should be "unset". */
const retentionMaxDays = 3650;

const httpsUrl: Parser<string> = (text) => {
  const url = httpUrl(text);
  return url.ok && !url.value.startsWith('https://') ? refused('must start with https://') : url;
};

const syslogUrl: Parser<SyslogTarget> = (text) => {
  const target = parseSyslogUrl(text.trim());
  return target === undefined
    ? refused('must be syslog+tcp://, syslog+tls:// or syslog+udp:// with a host and perhaps a port')
    : accepted(target);
};

const signingKey: Parser<Secret> = (text) => {
  try {
    signingKeyFromPem(text);
    return accepted(createSecret(text));
  } catch {
    return refused('must be an Ed25519 private key in PEM, with \\n for its line breaks if need be');
  }
};

/** How long the audit trail is kept, who signs it, and where else it goes. */
export const auditVariables = {
  auditRetentionDays: optional('GPUSHIELD_AUDIT_RETENTION_DAYS', {
    group: 'Audit',
    description:
      'Days for which audit entries are kept. What leaves is signed for, so that the rest stays provable.',
    example: '365',
    whenUnset: 'they are kept for ever',
    parse: wholeNumber(1, retentionMaxDays),
  }),
  auditSigningKey: optional('GPUSHIELD_AUDIT_SIGNING_KEY', {
    group: 'Audit',
    description: 'Ed25519 private key (PEM) that signs checkpoints; every replica needs the same.',
    example: '(openssl genpkey -algorithm ed25519)',
    whenUnset: 'derived from SECRET_KEY',
    secret: true,
    parse: signingKey,
  }),
  auditSigningKeyFile: optional('GPUSHIELD_AUDIT_SIGNING_KEY_FILE', {
    group: 'Audit',
    description: 'File with that key instead.',
    example: '/etc/gpushield/audit-signing.pem',
    whenUnset: 'GPUSHIELD_AUDIT_SIGNING_KEY, or derived from SECRET_KEY',
    parse: filePath,
  }),
  auditCheckpointFile: optional('GPUSHIELD_AUDIT_CHECKPOINT_FILE', {
    group: 'Audit',
    description:
      'File that signed checkpoints are appended to: keep it where the database’s administrators cannot change it.',
    example: '/var/lib/gpushield-witness/checkpoints.jsonl',
    whenUnset: 'checkpoints go to the database and the sinks alone',
    parse: filePath,
  }),
  auditFile: optional('GPUSHIELD_AUDIT_FILE', {
    group: 'Audit',
    description:
      'File that audit entries are appended to as JSON lines; a new one begins every 128 MiB, 10 old ones stay.',
    example: '/var/log/gpushield/audit.jsonl',
    whenUnset: 'no file',
    parse: filePath,
  }),
  auditSiemUrl: optional('GPUSHIELD_AUDIT_SIEM_URL', {
    group: 'Audit',
    description: 'HTTPS endpoint of a SIEM that takes JSON arrays of OCSF 1.7 events by POST.',
    example: 'https://siem.example.com/ocsf',
    whenUnset: 'no SIEM',
    parse: httpsUrl,
  }),
  auditSiemToken: optional('GPUSHIELD_AUDIT_SIEM_TOKEN', {
    group: 'Audit',
    description: 'Bearer token for GPUSHIELD_AUDIT_SIEM_URL.',
    example: '(the SIEM’s token)',
    whenUnset: 'no Authorization header',
    secret: true,
    parse: issuedSecret,
  }),
  auditSiemAllowPrivate: defaulted('GPUSHIELD_AUDIT_SIEM_ALLOW_PRIVATE', '[]', {
    group: 'Audit',
    description: 'Private networks that the SIEM may be in: addresses or CIDR networks, with commas.',
    example: '10.20.0.0/16',
    parse: networkList,
  }),
  auditSyslogUrl: optional('GPUSHIELD_AUDIT_SYSLOG_URL', {
    group: 'Audit',
    description:
      'RFC 5424 receiver: syslog+tls://host:6514, syslog+tcp://host:601 or syslog+udp://host:514. UDP may lose entries.',
    example: 'syslog+tls://logs.example.com:6514',
    whenUnset: 'no syslog',
    parse: syslogUrl,
  }),
  auditSyslogCa: optional('GPUSHIELD_AUDIT_SYSLOG_CA', {
    group: 'Audit',
    description: 'File with the authorities (PEM) of the syslog receiver’s certificate.',
    example: '/etc/gpushield/syslog-ca.pem',
    whenUnset: 'the system’s authorities',
    parse: filePath,
  }),
};
