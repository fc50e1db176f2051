import type { Clock } from '../../platform/clock.ts';
import type { Database, Executor } from '../../platform/database/types.ts';
import type { PeriodicTask } from '../../platform/leases/index.ts';
import { compareJob, jobDetector, jobSlots } from './detectors/job-divergence.ts';
import { hysteresisSlots, takeScore } from './hysteresis.ts';
import { readMembers, type GpuJob, type RunningMember } from './job-store.ts';
import type { RulesCache } from './rules-cache.ts';
import type { Finding } from './step-record.ts';
import { gateOf, isJudged } from './switches.ts';
import type { Tell } from './tell.ts';

export interface CompareJobsDeps {
  readonly db: Database;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly rules: Pick<RulesCache, 'current'>;
  readonly threshold: number;
  readonly tell: Tell;
  readonly knownJobs?: ((db: Executor) => Promise<readonly GpuJob[]>) | undefined;
}

const intervalMs = 30_000;
/** A GPU is of a job for this long after its telemetry last said so. */
const seenMs = 180_000;
const averageMs = 60_000;
/** After a pause, such as a change of the replica that compares, time is not counted that nobody looked. */
const maxStepS = 60;
const detectors = [jobDetector];

/** What this replica remembers while it has the task: of each GPU, for the job that it works for. */
interface Remembered {
  readonly job: string;
  readonly state: Float64Array;
}

/** Compares GPUs over nodes, beside the records: no transaction of theirs waits for GPUs of other nodes. */
export const createCompareJobs = (deps: CompareJobsDeps): PeriodicTask => {
  let remembered = new Map<string, Remembered>();
  let lastMs = 0;
  const findingsOf = async (members: readonly RunningMember[], nowMs: number): Promise<Finding[]> => {
    const { rules } = await deps.rules.current(deps.db);
    const dtS = lastMs === 0 ? 0 : Math.min(maxStepS, Math.max(0, (nowMs - lastMs) / 1000));
    const kept = new Map<string, Remembered>();
    for (const { gpuId, job } of members) {
      const known = remembered.get(gpuId);
      const state = known?.job === job ? known.state : new Float64Array(jobSlots + hysteresisSlots(1));
      kept.set(gpuId, { job, state });
    }
    remembered = kept;
    lastMs = nowMs;
    const stateOf = (gpuId: string): Float64Array => kept.get(gpuId)?.state ?? new Float64Array(jobSlots);
    const findings: Finding[] = [];
    for (const own of Map.groupBy(members, ({ job }) => job).values())
      for (const { member, score, reason } of compareJob(own, ({ gpuId }) => stateOf(gpuId), dtS)) {
        const { gpuId, nodeId } = member;
        const gate = gateOf(rules, detectors, deps.threshold, nodeId, gpuId);
        const counts = isJudged(gate, nowMs) && gate.off[0] !== 1;
        const turn = takeScore(stateOf(gpuId), jobSlots, 0, score, gate.threshold, nowMs, counts);
        // What is over ends by not being told again, whichever replica compares by then; see `calmFindings`.
        if (turn === 'quiet' || turn === 'ended') continue;
        findings.push({
          ...{ gpuId, nodeId, turn, detector: jobDetector, score, timestampMs: nowMs, reasons: [reason] },
        });
      }
    return findings;
  };
  return {
    name: 'detection-compare-jobs',
    intervalMs,
    run: async () => {
      const nowMs = deps.clock.nowMs();
      const known = (await deps.knownJobs?.(deps.db)) ?? [];
      const times = { seenSince: new Date(nowMs - seenMs), since: new Date(nowMs - averageMs) };
      const members = await readMembers(deps.db, known, times);
      const findings = await findingsOf(members, nowMs);
      if (findings.length > 0) await deps.db.transaction((tx) => deps.tell(tx, findings));
    },
  };
};
