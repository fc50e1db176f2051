import { Counter } from 'prom-client';
import type { AlertsPort } from '../domains/alerts/index.ts';
import { createFirewallDomain } from '../domains/firewall/index.ts';
import type { AppOptions } from './options.ts';
import type { Platform } from './platform.ts';

export const buildFirewall = (
  options: AppOptions,
  { cursors, metrics }: Platform,
  alerts: Pick<AlertsPort, 'raise'>,
) => {
  const verdicts = new Counter({
    name: 'gpushield_firewall_verdicts_total',
    help: 'What the prompt firewall said of model calls, by direction (input, output) and action (allow, mask, block).',
    labelNames: ['direction', 'action'] as const,
    registers: [metrics.registry],
  });
  return createFirewallDomain({
    ...options,
    cursors,
    alerts,
    onVerdict: ({ action }, direction) => verdicts.inc({ direction, action }),
  });
};
