import type { Executor } from '../../platform/database/types.ts';

export type TargetKind = 'fleet' | 'node' | 'gpu';
/** The fleet is a target without an id. */
export const fleetTarget = '00000000-0000-0000-0000-000000000000';

export interface SwitchSetting {
  readonly kind: TargetKind;
  readonly targetId: string;
  readonly enabled: boolean;
  readonly detectorsOff: readonly string[];
  readonly threshold: number | null;
}

export interface Maintenance {
  readonly kind: TargetKind;
  readonly targetId: string;
  readonly startsMs: number;
  readonly endsMs: number;
}

/** What applies to one GPU. */
export interface Gate {
  /** By place of the detector in the model: 1 where it is off. */
  readonly off: Uint8Array;
  readonly allOff: boolean;
  readonly threshold: number;
  readonly maintenance: readonly Maintenance[];
}

export interface Rules {
  readonly switches: ReadonlyMap<string, SwitchSetting>;
  readonly maintenance: ReadonlyMap<string, readonly Maintenance[]>;
}

export const targetKey = (kind: TargetKind, id: string): string => `${kind}:${id}`;

const keysOf = (nodeId: string, gpuId: string): readonly string[] => [
  targetKey('fleet', fleetTarget),
  targetKey('node', nodeId),
  targetKey('gpu', gpuId),
];

/**
 * A GPU's gate: it is judged where fleet, node and GPU are all on; a detector is off where any of them has it off; the
 * threshold is the nearest one that was set.
 */
export const gateOf = (
  rules: Rules,
  detectors: readonly string[],
  defaultThreshold: number,
  nodeId: string,
  gpuId: string,
): Gate => {
  const settings = keysOf(nodeId, gpuId).flatMap((key) => rules.switches.get(key) ?? []);
  const off = Uint8Array.from(detectors, (name) =>
    settings.some(({ detectorsOff }) => detectorsOff.includes(name)) ? 1 : 0,
  );
  return {
    off,
    allOff: settings.some(({ enabled }) => !enabled),
    threshold: settings.findLast(({ threshold }) => threshold !== null)?.threshold ?? defaultThreshold,
    maintenance: keysOf(nodeId, gpuId).flatMap((key) => rules.maintenance.get(key) ?? []),
  };
};

/** Whether a record of this time is judged at all. */
export const isJudged = ({ allOff, maintenance }: Gate, timestampMs: number): boolean =>
  !allOff && !maintenance.some(({ startsMs, endsMs }) => timestampMs >= startsMs && timestampMs < endsMs);

/** Windows that ended this long ago still apply to records that come late. */
const lateDays = 7;
const maxSwitches = 20_000;
const maxWindows = 10_000;

/** Everything that is not as it is by default. */
export const loadRules = async (db: Executor): Promise<Rules> => {
  const { rows: switches } = await db.query<SwitchSetting>(
    `SELECT target_kind AS kind, target_id AS "targetId", enabled, detectors_off AS "detectorsOff", threshold
     FROM detection_switches LIMIT ${maxSwitches}`,
  );
  const { rows: windows } = await db.query<{ kind: TargetKind; targetId: string; starts: Date; ends: Date }>(
    `SELECT target_kind AS kind, target_id AS "targetId", starts_at AS starts, ends_at AS ends
     FROM detection_maintenance WHERE ends_at > now() - interval '${lateDays} days'
     ORDER BY ends_at DESC LIMIT ${maxWindows}`,
  );
  const maintenance = new Map<string, Maintenance[]>();
  for (const { kind, targetId, starts, ends } of windows) {
    const key = targetKey(kind, targetId);
    const known = maintenance.get(key) ?? [];
    known.push({ kind, targetId, startsMs: starts.getTime(), endsMs: ends.getTime() });
    maintenance.set(key, known);
  }
  return {
    switches: new Map(switches.map((each) => [targetKey(each.kind, each.targetId), each])),
    maintenance,
  };
};
