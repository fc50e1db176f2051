import { decimal, filePath, wholeNumber } from './parsers.ts';
import { defaulted, optional } from './variable.ts';

/** Syscall risk. */
export const scoringVariables = {
  rulesDir: optional('GPUSHIELD_RULES_DIR', {
    group: 'Scoring',
    description:
      'Folder of your own scoring rules (YAML), read beside the built-in ones and again when a file changes. A rule with the id of a built-in one takes its place.',
    example: '/etc/gpushield/rules',
    whenUnset: 'the built-in rules alone',
    parse: filePath,
  }),
  riskHalfLifeSeconds: defaulted('GPUSHIELD_RISK_HALF_LIFE_SECONDS', '3600', {
    group: 'Scoring',
    description: 'Seconds in which every contribution to a risk score halves.',
    parse: wholeNumber(1, 31_536_000),
  }),
  riskAlertThreshold: defaulted('GPUSHIELD_RISK_ALERT_THRESHOLD', '75', {
    group: 'Scoring',
    description: 'Risk from 1 to 100 at which a process raises an alert; again only after it fell below 10.',
    parse: decimal(1, 100),
  }),
  eventRetentionDays: defaulted('GPUSHIELD_EVENT_RETENTION_DAYS', '30', {
    group: 'Scoring',
    description: 'Days for which syscall events, processes and their scores are kept.',
    parse: wholeNumber(2, 3650),
  }),
};
