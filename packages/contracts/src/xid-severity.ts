import type { Severity } from './common.ts';
import { xidFacts, type XidLevel } from './xid-table.ts';

/** Xids that speak of security: faults of protection, keys, confidential computing (docs: detection). */
export const securityXids: ReadonlySet<number> = new Set([110, 137, 151, 166, 168, 170]);
/** Xids after which the hardware is not to be trusted with work. */
export const hardwareXids: ReadonlySet<number> = new Set([48, 62, 64, 74, 79, 95, 119, 120, 140, 143]);
/** Xids that are usually the application's own fault. */
export const applicationXids: ReadonlySet<number> = new Set([13, 31, 43, 45]);

const byLevel: Readonly<Record<XidLevel, Severity>> = { Fatal: 'high', Warning: 'medium', Info: 'info' };

/** How bad an Xid is. A code that the table does not know is medium: somebody should look. */
export const xidSeverity = (code: number): Severity => {
  if (securityXids.has(code)) return 'critical';
  if (hardwareXids.has(code)) return 'high';
  if (applicationXids.has(code)) return 'low';
  const level = xidFacts.get(code)?.level;
  return level === undefined ? 'medium' : byLevel[level];
};

/** Who an Xid speaks of. `memory`: a step on the way to failing memory, or a row that is hammered; not yet fatal. */
export type XidClass = 'security' | 'hardware' | 'memory' | 'application' | 'other';
const memoryXids: ReadonlySet<number> = new Set([92, 171, 172]);

export const xidClassOf = (code: number): XidClass => {
  if (securityXids.has(code)) return 'security';
  if (xidSeverity(code) === 'high') return 'hardware';
  if (memoryXids.has(code)) return 'memory';
  return applicationXids.has(code) ? 'application' : 'other';
};
