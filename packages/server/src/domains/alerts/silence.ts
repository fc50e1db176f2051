import type { Severity } from '@gpushield/contracts';
import type { AlertRecord } from './types.ts';

/** What a silence matches: an empty list, or null, matches everything. */
export interface Matchers {
  readonly sources: readonly string[];
  readonly severities: readonly Severity[];
  readonly nodeIds: readonly string[];
  readonly gpuIds: readonly string[];
  readonly fingerprintPrefix: string | null;
}

export interface SilenceRecord extends Matchers {
  readonly id: string;
  readonly reason: string;
  readonly startsAt: Date;
  readonly endsAt: Date;
  readonly createdBy: string;
  readonly createdAt: Date;
  readonly endedBy: string | null;
}

type Matched = Pick<AlertRecord, 'source' | 'severity' | 'nodeId' | 'gpuId' | 'fingerprint'>;

const holds = <T>(wanted: readonly T[], value: T | null): boolean =>
  wanted.length === 0 || (value !== null && wanted.includes(value));

export const matches = (silence: Matchers, alert: Matched): boolean =>
  holds(silence.sources, alert.source) &&
  holds(silence.severities, alert.severity) &&
  holds(silence.nodeIds, alert.nodeId) &&
  holds(silence.gpuIds, alert.gpuId) &&
  (silence.fingerprintPrefix === null || alert.fingerprint.startsWith(silence.fingerprintPrefix));

/** The latest end of the silences, all of them active, that match; null where none does. */
export const silencedUntil = (active: readonly SilenceRecord[], alert: Matched): Date | null => {
  let latest: Date | null = null;
  for (const silence of active) {
    if ((latest === null || silence.endsAt > latest) && matches(silence, alert)) latest = silence.endsAt;
  }
  return latest;
};

export const silenceState = (
  { startsAt, endsAt }: Pick<SilenceRecord, 'startsAt' | 'endsAt'>,
  now: Date,
): 'pending' | 'active' | 'ended' => {
  if (endsAt <= now) return 'ended';
  return startsAt > now ? 'pending' : 'active';
};
