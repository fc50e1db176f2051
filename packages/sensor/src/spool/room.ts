import type { EntryKind } from './entry.ts';
import { dropOldest, laneBytes, type Lane } from './lane.ts';

export type LaneKind = 'telemetry' | 'evidence';
export type Lanes = Readonly<Record<LaneKind, Lane>>;

/** Syscalls have a spool of their own, and go the way of what comes all the time and may be merged. */
export const laneKindOf = (kind: EntryKind): LaneKind =>
  kind === 'telemetry' || kind === 'syscalls' ? 'telemetry' : 'evidence';
export const totalBytes = ({ telemetry, evidence }: Lanes): number =>
  laneBytes(telemetry) + laneBytes(evidence);

/**
 * Drops whole segments until `neededBytes` fit: the oldest telemetry first, old evidence only for newer evidence.
 * Answers false when telemetry would have to displace evidence: then the newcomer is what is lost.
 */
export const makeRoom = async ({
  lanes,
  neededBytes,
  maxBytes,
  kind,
  acknowledged,
  onDrop,
}: {
  lanes: Lanes;
  neededBytes: number;
  maxBytes: number;
  kind: LaneKind;
  acknowledged: number;
  onDrop: (kind: LaneKind, records: number) => void;
}): Promise<boolean> => {
  const drop = async (from: LaneKind): Promise<boolean> => {
    const lost = await dropOldest(lanes[from], acknowledged);
    if (lost !== null && lost > 0) onDrop(from, lost);
    return lost !== null;
  };
  while (totalBytes(lanes) + neededBytes > maxBytes) {
    if (await drop('telemetry')) continue;
    if (kind === 'telemetry' || !(await drop('evidence'))) return false;
  }
  return true;
};
