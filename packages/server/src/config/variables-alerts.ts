import { accepted, refused, type Parser } from './parsed.ts';
import { httpUrl, stringList, wholeNumber } from './parsers.ts';
import { issuedSecret } from './secret-parsers.ts';
import { defaulted, optional } from './variable.ts';

/** Ten years: longer is a typing error. */
const retentionMaxDays = 3650;
const quietMaxHours = 2160;
const alertmanagersMax = 8;

const alertmanagerUrls: Parser<readonly string[]> = (text) => {
  const entries = stringList(text);
  if (!entries.ok) return entries;
  const { length } = entries.value;
  if (length === 0 || length > alertmanagersMax)
    return refused(`must hold 1 to ${String(alertmanagersMax)} addresses`);
  const urls: string[] = [];
  for (const entry of entries.value) {
    const url = httpUrl(entry);
    if (!url.ok) return url;
    urls.push(url.value);
  }
  return accepted(urls);
};

/** Where alerts are told, and how long they stay. */
export const alertVariables = {
  alertmanagerUrls: optional('ALERTMANAGER_URL', {
    group: 'Alerts',
    description:
      'Prometheus Alertmanagers (API v2) that are told of every alert; several, with commas, are all told, as their cluster wants it.',
    example: 'http://alertmanager.internal.example:9093',
    whenUnset: 'no Alertmanager is told',
    parse: alertmanagerUrls,
  }),
  alertmanagerToken: optional('ALERTMANAGER_TOKEN', {
    group: 'Alerts',
    description: 'Bearer token for ALERTMANAGER_URL.',
    example: '(the proxy’s token)',
    whenUnset: 'no Authorization header',
    secret: true,
    parse: issuedSecret,
  }),
  alertmanagerResendSeconds: defaulted('GPUSHIELD_ALERTMANAGER_RESEND_SECONDS', '60', {
    group: 'Alerts',
    description:
      'Active alerts are told again this often; one that is not ends at Alertmanager after four times as long.',
    example: '60',
    parse: wholeNumber(1, 3600),
  }),
  publicUrl: optional('GPUSHIELD_PUBLIC_URL', {
    group: 'Alerts',
    description:
      'Address under which people reach this server; links in notifications and the sign-in of devices begin with it.',
    example: 'https://gpushield.example.com',
    whenUnset: 'notifications have no links; devices are shown the address that they used',
    parse: httpUrl,
  }),
  alertRetentionDays: defaulted('GPUSHIELD_ALERT_RETENTION_DAYS', '365', {
    group: 'Alerts',
    description: 'Days for which closed alerts are kept.',
    example: '365',
    parse: wholeNumber(1, retentionMaxDays),
  }),
  alertQuietHours: defaulted('GPUSHIELD_ALERT_QUIET_HOURS', '168', {
    group: 'Alerts',
    description:
      'Hours for which the finding of a false alarm opens no new alert, where whoever says so names no time.',
    example: '168',
    parse: wholeNumber(0, quietMaxHours),
  }),
};
