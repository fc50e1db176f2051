import { accepted, refused, type Parser } from './parsed.ts';
import { flag, stringList } from './parsers.ts';
import { defaulted } from './variable.ts';

const targetsMax = 100;
const portsMax = 20;

/** Addresses, CIDR networks, host names, and `*.suffix`. */
const target = /^(?:\*\.)?[a-z0-9]([a-z0-9.:/_-]*[a-z0-9])?$/i;

const targetList: Parser<readonly string[]> = (text) => {
  const entries = stringList(text);
  if (!entries.ok) return entries;
  if (entries.value.length > targetsMax) return refused(`must hold at most ${String(targetsMax)} entries`);
  return entries.value.every((entry) => target.test(entry))
    ? entries
    : refused('must hold addresses, CIDR networks, host names or *.suffix');
};

const portList: Parser<readonly number[]> = (text) => {
  const entries = stringList(text);
  if (!entries.ok) return entries;
  const ports = entries.value.map(Number);
  return ports.length <= portsMax &&
    ports.every((port) => Number.isInteger(port) && port > 0 && port < 65_536)
    ? accepted(ports)
    : refused(`must hold at most ${String(portsMax)} port numbers`);
};

/** Where webhooks may go beyond https on public addresses. */
export const webhookVariables = {
  webhookAllowPrivate: defaulted('GPUSHIELD_WEBHOOK_ALLOW_PRIVATE', '[]', {
    group: 'Webhooks',
    description:
      'Loopback and private targets that webhooks may reach: addresses, CIDR networks, host names, *.suffix. Metadata and link-local addresses are never reached.',
    example: '["10.0.0.0/8","hooks.internal.example"]',
    parse: targetList,
  }),
  webhookAllowHttp: defaulted('GPUSHIELD_WEBHOOK_ALLOW_HTTP', 'false', {
    group: 'Webhooks',
    description: 'Whether webhooks may go to http:// addresses.',
    parse: flag,
  }),
  webhookPorts: defaulted('GPUSHIELD_WEBHOOK_PORTS', '443', {
    group: 'Webhooks',
    description: 'Ports that webhooks may go to.',
    example: '443,8443',
    parse: portList,
  }),
};
