import type { Secret } from '../../secrets/index.ts';
import type { DestinationPolicy, OutboundClient } from '../../outbound/types.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { checkpointRecord } from '../checkpoint-record.ts';
import { toOcsf } from '../ocsf.ts';
import { SinkRefused, type AuditSink } from './types.ts';

const requestTimeoutMs = 20_000;
// Only the status counts; a little of the text helps whoever reads the log.
const maxResponseBytes = 1_024;
const shownCharacters = 200;
/** A receiver may ask for patience, not for ever. */
const maxRetryAfterMs = 300_000;
const secondMs = 1_000;

/** A checkpoint as an API Activity event of GPUShield itself, so that the SIEM is a second place for it too. */
const checkpointEvent = (checkpoint: Checkpoint) => ({
  category_uid: 6,
  class_uid: 6003,
  activity_id: 1,
  type_uid: 600_301,
  type_name: 'API Activity: Create',
  time: checkpoint.occurredAtMs,
  severity_id: 1,
  status_id: 1,
  metadata: {
    version: '1.7.0',
    uid: `checkpoint-${String(checkpoint.number)}`,
    log_name: 'audit',
    log_provider: 'gpushield',
    product: { name: 'GPUShield', vendor_name: 'GPUShield' },
  },
  actor: { app_name: 'gpushield', user: { uid: 'gpushield', name: 'gpushield', type_id: 3, type: 'System' } },
  api: { operation: 'audit.checkpoint', service: { name: 'gpushield' } },
  src_endpoint: { name: 'gpushield' },
  unmapped: { checkpoint: checkpointRecord(checkpoint) },
});

const retryAfterMs = (header: string | undefined): number | undefined => {
  if (header === undefined || !/^\d{1,6}$/.test(header)) return undefined;
  return Math.min(Number(header) * secondMs, maxRetryAfterMs);
};

/** Posts OCSF events as a JSON array to a SIEM's HTTPS endpoint; any 2xx means that it has them. */
export const createSiemSink = (options: {
  readonly url: string;
  readonly token?: Secret | undefined;
  readonly client: Pick<OutboundClient, 'request'>;
  /** CIDRs and names of private targets that the operator allows. */
  readonly allowPrivate?: readonly string[];
  /** For tests: plain HTTP. */
  readonly allowHttp?: boolean;
}): AuditSink => {
  const { url, token, client, allowPrivate = [], allowHttp = false } = options;
  // The operator names the receiver, its port included; webhooks and the like have a list of ports.
  const ports = [Number(new URL(url).port) || (allowHttp ? 80 : 443)];
  const policy: DestinationPolicy = { name: 'siem', allowHttp, allowPrivate, ports };
  const post = async (events: readonly unknown[], signal: AbortSignal): Promise<void> => {
    const { status, headers, body } = await client.request(policy, {
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` }),
      },
      body: JSON.stringify(events),
      timeoutMs: requestTimeoutMs,
      maxResponseBytes,
      signal,
    });
    if (status >= 200 && status < 300) return;
    const said = body.toString('utf8').slice(0, shownCharacters);
    throw new SinkRefused(
      `The SIEM answered ${String(status)}: ${said}`,
      retryAfterMs(headers['retry-after']),
    );
  };
  return {
    name: 'siem',
    deliver: (entries, signal) => post(entries.map(toOcsf), signal),
    deliverCheckpoints: (checkpoints, signal) => post(checkpoints.map(checkpointEvent), signal),
    close: () => Promise.resolve(),
  };
};
