import type { Severity } from '@gpushield/contracts';
import type { Reason } from './model.ts';

/**
 * What detectors have in common for the people who are called: one attack, one dying fan, one failing memory is one
 * alert, however many detectors see it.
 */
export const families = [
  'abuse',
  'sensor',
  'cooling',
  'memory',
  'link',
  'leak',
  'performance',
  'lost',
  'xid',
  'job',
] as const;
export type Family = (typeof families)[number];

interface Kind {
  readonly family: Family;
  readonly severity: Severity;
  readonly title: string;
}

/** The detector that is no model's: a GPU that fell silent while its neighbours speak. */
export const lostDetector = 'gpu_lost';

const kinds: Readonly<Record<string, Kind>> = {
  mining: { family: 'abuse', severity: 'high', title: 'Cryptomining' },
  power_without_work: { family: 'abuse', severity: 'high', title: 'Hidden work' },
  hidden_process: { family: 'abuse', severity: 'high', title: 'Work by a hidden process' },
  work_without_power: { family: 'sensor', severity: 'medium', title: 'Utilisation without power' },
  impossible_reading: { family: 'sensor', severity: 'medium', title: 'Readings that cannot be true' },
  frozen_sensor: { family: 'sensor', severity: 'medium', title: 'Frozen sensor' },
  heat: { family: 'cooling', severity: 'high', title: 'Overheating' },
  fan: { family: 'cooling', severity: 'medium', title: 'Failing fan' },
  throttling: { family: 'cooling', severity: 'medium', title: 'Throttling' },
  memory_leak: { family: 'leak', severity: 'medium', title: 'Memory leak' },
  ecc_errors: { family: 'memory', severity: 'high', title: 'Memory errors' },
  ecc_off: { family: 'memory', severity: 'high', title: 'Error correction switched off' },
  row_remap: { family: 'memory', severity: 'high', title: 'Memory rows failing' },
  pcie_link: { family: 'link', severity: 'medium', title: 'Failing PCIe link' },
  peer_divergence: { family: 'performance', severity: 'medium', title: 'Unlike its neighbours' },
  xid_security: { family: 'xid', severity: 'critical', title: 'Xid of security' },
  xid_hardware: { family: 'xid', severity: 'high', title: 'Xid of failed hardware' },
  xid_memory: { family: 'xid', severity: 'high', title: 'Xids of failing memory' },
  xid_application: { family: 'xid', severity: 'medium', title: 'A program that keeps failing' },
  xid_other: { family: 'xid', severity: 'medium', title: 'Xids that keep coming' },
  job_divergence: { family: 'job', severity: 'medium', title: 'Behind its job' },
  [lostDetector]: { family: 'lost', severity: 'high', title: 'GPU fell silent' },
};
const unknownKind: Kind = { family: 'performance', severity: 'medium', title: 'Anomaly' };

export const kindOf = (detector: string): Kind => kinds[detector] ?? unknownKind;

/** A GPU hotter than its neighbours has the same trouble as one that is hotter than it should be. */
export const familyOf = ({ detector, metric }: Pick<Reason, 'detector' | 'metric'>): Family =>
  detector === 'peer_divergence' && metric === 'temperature' ? 'cooling' : kindOf(detector).family;
