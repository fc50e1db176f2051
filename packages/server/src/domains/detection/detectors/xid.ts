import { xidClassOf, xidFacts, type XidClass } from '@gpushield/contracts';
import type { Reason } from '../model.ts';
import { saySpan } from './metrics.ts';
import { ramp } from './numbers.ts';

/*
 * Xids of one GPU, by whom they speak of. One of security or of dead hardware is enough; a program that crashes says
 * nothing until it crashes again and again. Xids are events beside the records, so this detector stands beside the model.
 */
export interface SeenXid {
  readonly code: number;
  readonly atMs: number;
}
export interface XidVerdict {
  readonly xidClass: XidClass;
  readonly detector: string;
  readonly score: number;
  readonly reason: Reason;
}

const hourMs = 3_600_000;
/** The driver writes a line for each engine and context that a fault met: within this they are one. */
const oneFaultMs = 60_000;

interface Kind {
  readonly windowMs: number;
  /** Faults in the window at which the score is 0, and at which it is 1. */
  readonly from: number;
  readonly to: number;
  readonly means: string;
}
const kinds: Readonly<Record<XidClass, Kind>> = {
  security: { windowMs: hourMs, from: 0, to: 1, means: 'protection or keys of the GPU failed' },
  hardware: { windowMs: 24 * hourMs, from: 0, to: 1, means: 'the GPU is not to be trusted with work' },
  memory: { windowMs: 24 * hourMs, from: 0, to: 2, means: 'its memory is failing, or its rows are hammered' },
  application: { windowMs: hourMs, from: 1, to: 5, means: 'a program on it fails again and again' },
  other: { windowMs: hourMs, from: 0, to: 4, means: 'the driver keeps reporting faults' },
};
const order: readonly XidClass[] = ['security', 'hardware', 'memory', 'application', 'other'];

export const xidDetectorOf = (xidClass: XidClass): string => `xid_${xidClass}`;
export const xidDetectors: readonly string[] = order.map(xidDetectorOf);
/** How long after its last Xid a detector has nothing more to say, ms; 0 for what is none of these. */
export const xidWindowMs = (detector: string): number => {
  const found = order.find((xidClass) => xidDetectorOf(xidClass) === detector);
  return found === undefined ? 0 : kinds[found].windowMs;
};

/** Faults, not lines: those of one code that follow each other at once are one. `lines` are in the order of time. */
const countFaults = (lines: readonly SeenXid[]): number => {
  const last = new Map<number, number>();
  let faults = 0;
  for (const { code, atMs } of lines) {
    const before = last.get(code);
    if (before === undefined || atMs - before >= oneFaultMs) faults += 1;
    last.set(code, atMs);
  }
  return faults;
};

const codesOf = (lines: readonly SeenXid[]): string =>
  [...new Set(lines.map(({ code }) => code))]
    .sort((a, b) => a - b)
    .slice(0, 5)
    .map((code) => `${String(code)} (${xidFacts.get(code)?.name ?? 'unknown code'})`)
    .join(', ');

const judgeClass = (xidClass: XidClass, lines: readonly SeenXid[]): XidVerdict => {
  const { windowMs, from, to, means } = kinds[xidClass];
  const faults = countFaults(lines);
  const times = faults === 1 ? '' : ` ${String(faults)} times in the last ${saySpan(windowMs / 1000)}`;
  const detector = xidDetectorOf(xidClass);
  return {
    xidClass,
    detector,
    score: ramp(faults, from, to),
    reason: {
      detector,
      metric: 'xid',
      observed: faults,
      expected: 0,
      unit: '{fault}',
      text: `Xid ${codesOf(lines)}${times}: ${means}`,
    },
  };
};

/** What the Xids of one GPU up to `nowMs` say, the gravest class first. */
export const judgeXids = (seen: readonly SeenXid[], nowMs: number): readonly XidVerdict[] => {
  const sorted = seen.filter(({ atMs }) => atMs <= nowMs).toSorted((a, b) => a.atMs - b.atMs);
  return order.flatMap((xidClass) => {
    const since = nowMs - kinds[xidClass].windowMs;
    const lines = sorted.filter(({ code, atMs }) => atMs > since && xidClassOf(code) === xidClass);
    return lines.length === 0 ? [] : [judgeClass(xidClass, lines)];
  });
};
