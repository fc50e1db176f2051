import type { DestinationPolicy } from '../../../platform/outbound/index.ts';
import type { AlertmanagerDeps } from '../deps.ts';
import type { PostableAlert } from './postable-alert.ts';

/** What an Alertmanager said. `refused`: it will never take these alerts. */
export type Sent =
  { readonly kind: 'taken' } | { readonly kind: 'refused' | 'failed'; readonly reason: string };

const timeoutMs = 10_000;
const maxReason = 200;

/** The operator named these hosts, so they may be private and plain. */
export const alertmanagerPolicy = (url: string): DestinationPolicy => {
  const { hostname, port, protocol } = new URL(url);
  const standard = protocol === 'https:' ? 443 : 80;
  return {
    name: 'alertmanager',
    allowHttp: true,
    allowPrivate: [hostname.replace(/^\[|\]$/g, '')],
    ports: [port === '' ? standard : Number(port)],
  };
};

/** Posts to one Alertmanager by its API v2. Never throws. */
export const postAlerts = async (
  { outbound, token, onSent }: Pick<AlertmanagerDeps, 'outbound' | 'token' | 'onSent'>,
  url: string,
  alerts: readonly PostableAlert[],
  signal: AbortSignal,
): Promise<Sent> => {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token.reveal()}` };
  let sent: Sent;
  try {
    const { status, body } = await outbound.request(alertmanagerPolicy(url), {
      method: 'POST',
      url: `${url}/api/v2/alerts`,
      headers: { 'content-type': 'application/json', ...authorization },
      body: JSON.stringify(alerts),
      timeoutMs,
      signal,
    });
    const reason = `Alertmanager answered ${String(status)}: ${body.toString('utf8').slice(0, maxReason)}`;
    if (status >= 200 && status < 300) sent = { kind: 'taken' };
    else sent = { kind: status === 400 ? 'refused' : 'failed', reason };
  } catch (error) {
    sent = { kind: 'failed', reason: error instanceof Error ? error.message : 'The request failed' };
  }
  onSent?.(sent.kind === 'taken' ? 'succeeded' : 'failed', alerts.length);
  return sent;
};
