import type { Severity } from '@gpushield/contracts';
import type { Tx } from '../../platform/database/types.ts';
import type { AlertsPort } from '../alerts/index.ts';
import { familyOf, kindOf, type Family } from './families.ts';
import { activeOfNode, describeGpu, findFinding, putFinding, type FindingRow } from './finding-store.ts';
import type { Reason } from './model.ts';
import type { Finding } from './step-record.ts';

/** Raises, repeats and settles the alerts of these findings, in the transaction that stores their records. */
export type Tell = (tx: Tx, findings: readonly Finding[]) => Promise<void>;

/** The alerts' source, and the beginning of their fingerprints. */
export const anomalySource = 'anomaly';
const severityRank: readonly Severity[] = ['info', 'low', 'medium', 'high', 'critical'];
const maxReasons = 8;

/** What happened to one GPU in one family during one transaction. */
interface Episode {
  readonly gpuId: string;
  readonly nodeId: string;
  readonly family: Family;
  readonly began: Map<string, Finding>;
  readonly ended: Set<string>;
  lastMs: number;
}

const episodesOf = (findings: readonly Finding[]): readonly Episode[] => {
  const episodes = new Map<string, Episode>();
  for (const finding of findings) {
    const { gpuId, nodeId, detector, turn, timestampMs } = finding;
    const [reason] = finding.reasons;
    const families: readonly Family[] =
      turn === 'ended' && detector === 'peer_divergence'
        ? ['cooling', 'performance']
        : [familyOf(reason ?? { detector, metric: '' })];
    for (const family of families) {
      const key = `${nodeId}:${family}:${gpuId}`;
      const episode = episodes.get(key) ?? {
        gpuId,
        nodeId,
        family,
        began: new Map<string, Finding>(),
        ended: new Set<string>(),
        lastMs: timestampMs,
      };
      episodes.set(key, episode);
      episode.lastMs = Math.max(episode.lastMs, timestampMs);
      if (turn === 'ended') {
        episode.began.delete(detector);
        episode.ended.add(detector);
      } else {
        episode.ended.delete(detector);
        episode.began.set(detector, finding);
      }
    }
  }
  return [...episodes.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, episode]) => episode);
};

const severest = (detectors: readonly string[]): Severity => {
  const rank = Math.max(0, ...detectors.map((name) => severityRank.indexOf(kindOf(name).severity)));
  return severityRank[rank] ?? 'medium';
};

const ownFingerprint = ({ family, gpuId }: Episode): string => `${anomalySource}:${family}:${gpuId}`;

/** Reasons of this time first, the others as they were said last. */
const mergeReasons = (fresh: readonly Reason[], known: readonly Reason[]): readonly Reason[] => {
  const said = new Set(fresh.map(({ detector }) => detector));
  return [...fresh, ...known.filter(({ detector }) => !said.has(detector))].slice(0, maxReasons);
};

const raise = async (
  alerts: AlertsPort,
  tx: Tx,
  episode: Episode,
  known: FindingRow | undefined,
): Promise<void> => {
  const { gpuId, nodeId, family } = episode;
  const gpu = await describeGpu(tx, gpuId, nodeId);
  if (gpu === undefined) return;
  const goesOn = known?.active === true;
  const fresh = [...episode.began.values()].sort((a, b) => b.score - a.score);
  const detectors = [
    ...new Set([...fresh.map(({ detector }) => detector), ...(goesOn ? known.detectors : [])]),
  ].filter((name) => !episode.ended.has(name));
  const reasons = mergeReasons(
    fresh.flatMap((finding) => finding.reasons),
    goesOn ? known.reasons : [],
  );
  const beside = family === 'abuse' ? await activeOfNode(tx, nodeId, family) : [];
  const first = beside.find((row) => row.gpu_id !== gpuId);
  const own = ownFingerprint(episode);
  const gpuIds = [...new Set([...beside.map((row) => row.gpu_id), gpuId])];
  const main = detectors[0] ?? 'anomaly';
  const score = Math.max(...fresh.map((finding) => finding.score));
  const send = (fingerprint: string) =>
    alerts.raise(tx, {
      title: `${kindOf(main).title} on ${gpu.model} (${gpu.device}) of ${gpu.node}`.slice(0, 200),
      description: reasons
        .map(({ text }) => `${text}.`)
        .join('\n')
        .slice(0, 4000),
      severity: severest(detectors),
      source: anomalySource,
      fingerprint,
      nodeId,
      gpuId: first?.gpu_id ?? gpuId,
      evidence: { family, detectors, score: Math.round(score * 1000) / 1000, gpu_ids: gpuIds, reasons },
      seenAt: new Date(episode.lastMs),
    });
  let fingerprint = goesOn ? known.fingerprint : (first?.fingerprint ?? own);
  let raised = await send(fingerprint);
  // A false alarm on one GPU says nothing of another one.
  if (raised.muted && fingerprint !== own) {
    fingerprint = own;
    raised = await send(own);
  }
  await putFinding(tx, {
    gpu_id: gpuId,
    family,
    node_id: nodeId,
    fingerprint,
    alert_id: raised.alertId,
    active: true,
    score,
    detectors,
    reasons,
    first_at: goesOn ? known.first_at : new Date(episode.lastMs),
    last_at: new Date(episode.lastMs),
  });
};

/** Says in the alert that what was found there goes on no more. */
export const noteCalm = async (alerts: AlertsPort, tx: Tx, known: FindingRow, at: Date): Promise<void> => {
  const said = known.detectors.map((name) => kindOf(name).title.toLowerCase()).join(', ');
  await alerts.note(
    tx,
    known.alert_id,
    `GPU ${known.gpu_id}: no longer seen at ${at.toISOString()} (${said})`,
  );
};

const settle = async (alerts: AlertsPort, tx: Tx, episode: Episode, known: FindingRow): Promise<void> => {
  const detectors = known.detectors.filter((name) => !episode.ended.has(name));
  const at = new Date(episode.lastMs);
  const active = detectors.length > 0;
  await putFinding(tx, { ...known, detectors, active, last_at: at });
  if (!active) await noteCalm(alerts, tx, known, at);
};

export const createTell =
  (alerts: AlertsPort): Tell =>
  async (tx, findings) => {
    for (const episode of episodesOf(findings)) {
      const known = await findFinding(tx, episode.gpuId, episode.family);
      if (episode.began.size > 0) await raise(alerts, tx, episode, known);
      else if (known?.active === true) await settle(alerts, tx, episode, known);
    }
  };
