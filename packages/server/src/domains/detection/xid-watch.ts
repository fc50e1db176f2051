import { xidClassOf } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import type { AlertsPort } from '../alerts/index.ts';
import {
  judgeXids,
  xidDetectorOf,
  xidDetectors,
  xidWindowMs,
  type SeenXid,
  type XidVerdict,
} from './detectors/xid.ts';
import { kindOf } from './families.ts';
import { describeGpu, findFinding, lockActive, putFinding } from './finding-store.ts';
import type { RulesCache } from './rules-cache.ts';
import { gateOf, isJudged } from './switches.ts';
import { anomalySource, noteCalm } from './tell.ts';

/** The Xids of one GPU that a transaction stores, and those of the day before. */
export interface GpuXids {
  readonly gpuId: string;
  readonly nodeId: string;
  readonly fresh: readonly SeenXid[];
  readonly before: readonly SeenXid[];
  /** The fingerprint of the alert that one of the new ones raises by itself; undefined where none is grave. */
  readonly fingerprint: string | undefined;
}

/** Writes what was found, once the events' own alerts are raised. */
export type SettleXids = (alertIds: ReadonlyMap<string, string>) => Promise<void>;

/**
 * Judges Xids in the transaction that stores them. Raises alerts for what no single Xid raises; what one does, it only
 * keeps as a finding: one fault, one alert. `gpus` come in the order of their ids.
 */
export type WatchXids = (tx: Tx, gpus: readonly GpuXids[]) => Promise<SettleXids>;

interface XidWatchDeps {
  readonly alerts: AlertsPort;
  readonly rules: Pick<RulesCache, 'current'>;
  readonly threshold: number;
}

interface Found {
  readonly gpu: GpuXids;
  readonly verdicts: readonly XidVerdict[];
  readonly fingerprint: string;
  readonly at: Date;
}

const ownFingerprint = (gpuId: string): string => `${anomalySource}:xid:${gpuId}`;

const judgeAll = async (
  { rules, threshold }: XidWatchDeps,
  tx: Tx,
  gpus: readonly GpuXids[],
): Promise<readonly Found[]> => {
  const { rules: current } = await rules.current(tx);
  return gpus.flatMap((gpu) => {
    const atMs = Math.max(...gpu.fresh.map((xid) => xid.atMs));
    // What is known of the other classes was said when they came.
    const news = new Set(gpu.fresh.map(({ code }) => xidDetectorOf(xidClassOf(code))));
    const gate = gateOf(current, xidDetectors, threshold, gpu.nodeId, gpu.gpuId);
    if (!isJudged(gate, atMs)) return [];
    const verdicts = judgeXids([...gpu.before, ...gpu.fresh], atMs).filter(
      ({ detector, score }) =>
        news.has(detector) && score >= gate.threshold && gate.off[xidDetectors.indexOf(detector)] !== 1,
    );
    const fingerprint = gpu.fingerprint ?? ownFingerprint(gpu.gpuId);
    return verdicts.length === 0 ? [] : [{ gpu, verdicts, fingerprint, at: new Date(atMs) }];
  });
};

/** Raises the alert of what no event raises by itself. Undefined where the GPU is gone meanwhile. */
const raise = async (
  { alerts }: XidWatchDeps,
  tx: Tx,
  { gpu: { gpuId, nodeId }, verdicts, fingerprint, at }: Found,
): Promise<string | undefined> => {
  const known = await describeGpu(tx, gpuId, nodeId);
  const [worst] = verdicts;
  if (known === undefined || worst === undefined) return undefined;
  const { title, severity } = kindOf(worst.detector);
  const reasons = verdicts.map(({ reason }) => reason);
  const { alertId } = await alerts.raise(tx, {
    title: `${title} on ${known.model} (${known.device}) of ${known.node}`.slice(0, 200),
    description: reasons.map(({ text }) => `${text}.`).join('\n'),
    severity,
    source: anomalySource,
    fingerprint,
    nodeId,
    gpuId,
    evidence: {
      family: 'xid',
      detectors: verdicts.map(({ detector }) => detector),
      score: worst.score,
      reasons,
    },
    seenAt: at,
  });
  return alertId;
};

/** A GPU has one finding of its Xids: what goes on stays in it, and it shows the alert of the gravest. */
const keep = async (tx: Tx, found: Found, alertId: string): Promise<void> => {
  const { gpu, verdicts, fingerprint, at } = found;
  const row = await findFinding(tx, gpu.gpuId, 'xid');
  const known = row?.active === true ? row : undefined;
  const fresh = verdicts.map(({ detector }) => detector);
  const others = (known?.detectors ?? []).filter((name) => !fresh.includes(name));
  const detectors = xidDetectors.filter((name) => fresh.includes(name) || others.includes(name));
  const stays = known !== undefined && others.includes(detectors[0] ?? '');
  await putFinding(tx, {
    gpu_id: gpu.gpuId,
    family: 'xid',
    node_id: gpu.nodeId,
    fingerprint: stays ? known.fingerprint : fingerprint,
    alert_id: stays ? known.alert_id : alertId,
    active: true,
    score: Math.max(known?.score ?? 0, ...verdicts.map(({ score }) => score)),
    detectors,
    reasons: [
      ...verdicts.map(({ reason }) => reason),
      ...(known?.reasons ?? []).filter(({ detector }) => others.includes(detector)),
    ],
    first_at: known?.first_at ?? at,
    last_at: known === undefined || known.last_at < at ? at : known.last_at,
  });
};

export const createXidWatch =
  (deps: XidWatchDeps): WatchXids =>
  async (tx, gpus) => {
    const found = await judgeAll(deps, tx, gpus);
    const raised = new Map<string, string>();
    for (const each of found) {
      if (each.gpu.fingerprint !== undefined) continue;
      const alertId = await raise(deps, tx, each);
      if (alertId !== undefined) raised.set(each.fingerprint, alertId);
    }
    return async (alertIds) => {
      for (const each of found) {
        const alertId = raised.get(each.fingerprint) ?? alertIds.get(each.fingerprint);
        if (alertId !== undefined) await keep(tx, each, alertId);
      }
    };
  };

/** Most findings that one run ends; the next goes on. */
const maxCalmed = 500;

/** A GPU that stays behind its job is told of every five minutes; one that was not for so long is not any more. */
const jobWindowMs = 15 * 60_000;

/** Ends the findings that no record ends: whose Xids are all out of their windows, and of jobs. Their alerts say so. */
export const calmFindings = async (alerts: AlertsPort, tx: Tx, nowMs: number): Promise<void> => {
  const active = [...(await lockActive(tx, 'xid', maxCalmed)), ...(await lockActive(tx, 'job', maxCalmed))];
  for (const finding of active) {
    const windowMs = finding.family === 'job' ? jobWindowMs : Math.max(...finding.detectors.map(xidWindowMs));
    if (nowMs - finding.last_at.getTime() < windowMs) continue;
    await putFinding(tx, { ...finding, detectors: [], active: false });
    await noteCalm(alerts, tx, finding, new Date(nowMs));
  }
};
