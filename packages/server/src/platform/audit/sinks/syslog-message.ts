import type { Checkpoint } from '../checkpoint.ts';
import { checkpointRecord } from '../checkpoint-record.ts';
import type { AuditChainEntry } from '../entry.ts';
import { toOcsf } from '../ocsf.ts';

/** Facility 13, log audit, and two severities (RFC 5424, section 6.2.1). */
const auditFacility = 13;
const severity = { informational: 6, warning: 4 } as const;

/** 32473 is the enterprise number for examples (RFC 5612): GPUShield has none of its own. */
const enterpriseNumber = 32_473;
/** The largest `sequenceId` (RFC 5424, section 7.3.1); behind it comes 1. */
const maxSequenceId = 2_147_483_647;

const nil = '-';
const byteOrderMark = '\uFEFF';

/** PRINTUSASCII without spaces, cut to a field's length; `-` for nothing. */
const field = (text: string, maxLength: number): string =>
  text.replace(/[^\x21-\x7e]/g, '?').slice(0, maxLength) || nil;

/** PARAM-VALUE: three characters are escaped; control characters would be allowed, and upset receivers. */
const paramValue = (text: string): string =>
  text.replace(/["\\\]]/g, '\\$&').replace(/[\u0000-\u001f\u007f]/g, ' '); // eslint-disable-line no-control-regex

const element = (id: string, params: Readonly<Record<string, string | null>>): string => {
  const shown = Object.entries(params).flatMap(([name, value]) =>
    value === null ? [] : [` ${name}="${paramValue(value)}"`],
  );
  return `[${id}${shown.join('')}]`;
};

interface MessageParts {
  readonly severity: number;
  readonly timeMs: number;
  readonly hostname: string;
  readonly writerId: string;
  readonly messageId: string;
  readonly data: string;
  readonly text: string;
}

const render = (parts: MessageParts): string => {
  const priority = auditFacility * 8 + parts.severity;
  const time = new Date(parts.timeMs).toISOString();
  const header = `<${String(priority)}>1 ${time} ${field(parts.hostname, 255)} gpushield ${field(parts.writerId, 128)} ${field(parts.messageId, 32)}`;
  return `${header} ${parts.data} ${byteOrderMark}${parts.text}`;
};

/**
 * An entry as an RFC 5424 message: what people filter by as structured data, the whole OCSF event as the message.
 * PROCID is the writer, MSGID the action.
 */
export const syslogMessage = (entry: AuditChainEntry, hostname: string): string =>
  render({
    severity: entry.granted ? severity.informational : severity.warning,
    timeMs: entry.occurredAtMs,
    hostname,
    writerId: entry.writerId,
    messageId: entry.action,
    data:
      element('meta', { sequenceId: String(((entry.sequence - 1) % maxSequenceId) + 1) }) +
      element(`audit@${String(enterpriseNumber)}`, {
        id: entry.id,
        writer: entry.writerId,
        sequence: String(entry.sequence),
        hash: entry.hash.toString('hex'),
        principal: entry.principalId,
        kind: entry.principalKind,
        action: entry.action,
        resource: entry.resource,
        granted: String(entry.granted),
        reason: entry.reason,
        correlation: entry.correlationId,
        ip: entry.ipAddress,
      }),
    text: JSON.stringify(toOcsf(entry)),
  });

/** A checkpoint as an RFC 5424 message, whole, as JSON. */
export const syslogCheckpoint = (checkpoint: Checkpoint, hostname: string): string =>
  render({
    severity: severity.informational,
    timeMs: checkpoint.occurredAtMs,
    hostname,
    writerId: nil,
    messageId: 'audit.checkpoint',
    data: element(`checkpoint@${String(enterpriseNumber)}`, {
      number: String(checkpoint.number),
      hash: checkpoint.hash.toString('hex'),
      key: checkpoint.keyId,
    }),
    text: JSON.stringify(checkpointRecord(checkpoint)),
  });
