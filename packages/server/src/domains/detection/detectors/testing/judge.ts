import type { DetectorModel, Reason } from '../../model.ts';
import { valuesOf, type Row } from './traces.ts';

export interface Verdict {
  /** Highest score of each detector that scored at all. */
  readonly most: Readonly<Record<string, number>>;
  /** Second at which each detector first passed the threshold. */
  readonly firstS: Readonly<Record<string, number>>;
  /** Detectors above the threshold in at least `sustained` records running: what becomes an alert. */
  readonly alerts: readonly string[];
  /** The reasons given in the record in which the detector scored highest. */
  readonly reasons: Readonly<Record<string, Reason>>;
  /** Scores of the last record. */
  readonly last: Readonly<Record<string, number>>;
  readonly state: Float64Array;
}

const threshold = 0.7;
const sustained = 3;
export const startMs = Date.UTC(2026, 0, 5);

/** Lets a model judge a trace from a fresh state. */
export const judgeTrace = (
  model: DetectorModel,
  rows: readonly { readonly tS: number; readonly row: Row }[],
  peersAt: (index: number) => readonly Float64Array[] = () => [],
): Verdict => {
  const state = model.initial();
  const scores = new Float32Array(model.detectors.length);
  const most: Record<string, number> = {};
  const firstS: Record<string, number> = {};
  const reasons: Record<string, Reason> = {};
  const running: Record<string, number> = {};
  const alerts = new Set<string>();
  rows.forEach(({ tS, row }, index) => {
    const input = {
      timestampMs: startMs + tS * 1000,
      values: valuesOf(row),
      offset: 0,
      peers: peersAt(index),
    };
    model.step(state, input, scores);
    let explained: readonly Reason[] | undefined;
    model.detectors.forEach((name, place) => {
      const score = scores[place] ?? 0;
      running[name] = score >= threshold ? (running[name] ?? 0) + 1 : 0;
      if (running[name] >= sustained) alerts.add(name);
      if (score >= threshold) firstS[name] ??= tS;
      if (score <= (most[name] ?? 0)) return;
      most[name] = score;
      explained ??= model.explain(state, input, scores);
      const reason = explained.find(({ detector }) => detector === name);
      if (reason !== undefined) reasons[name] = reason;
    });
  });
  const last = Object.fromEntries(model.detectors.map((name, place) => [name, scores[place] ?? 0]));
  return { most, firstS, alerts: [...alerts], reasons, last, state };
};
