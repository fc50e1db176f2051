import { scoreText, toxicityOf, type Engine } from './engine.ts';
import type { Hit } from './hit.ts';
import { findExfiltration } from './output/exfiltration.ts';
import { findPii } from './pii/find-pii.ts';
import { findRules } from './rules/find-rules.ts';
import { findSecrets } from './rules/secrets.ts';
import { surveyOf, type Survey } from './text/survey.ts';

/** Texts are judged in slices of this many characters, so that one of 10 MB does not hold the process for its length. */
const sliceChars = 65_536;
/** Slices overlap by this much: what lies across a border, a private key or a long token too, is seen whole in one. */
const overlapChars = 8192;
/** Scores below this are noise and no hit. */
const leastScore = 0.05;
/** Of one kind and type at most this many hits in a text are told one by one; the next stands for the rest of the text. */
const hitsMax = 50_000;

const reasonOf = (view: string): string =>
  view === 'plain'
    ? 'The wording is that of a prompt attack'
    : `Read as ${view}, the wording is that of a prompt attack`;

/** What stage 1 finds in one slice. */
const inspectSlice = (engine: Engine, text: string): readonly Hit[] => {
  const survey = surveyOf(text);
  const scored = scoreText(engine, text, survey);
  const best = scored.reduce<(typeof scored)[number] | undefined>(
    (a, b) => (a === undefined || b.injection > a.injection ? b : a),
    undefined,
  );
  const rude = Math.max(0, ...scored.map(({ toxicity }) => toxicity));
  const hits: Hit[] = [...findRules(text), ...findPii(text, survey), ...findSecrets(text, survey)];
  if (best !== undefined && best.injection >= leastScore) {
    hits.push({
      kind: 'injection',
      type: 'linear_model',
      score: best.injection,
      start: best.start,
      end: best.end,
      reason: reasonOf(best.view),
    });
  }
  if (rude >= 0.5)
    hits.push({
      kind: 'toxicity',
      type: 'linear_model',
      score: rude,
      start: 0,
      end: text.length,
      reason: 'The wording is abusive',
    });
  return hits;
};

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** What one slice holds; the slices of a long text are judged in turn, and give way to other work between them. */
const inSlices = async (
  text: string,
  inspect: (slice: string) => readonly Hit[],
  signal: AbortSignal | undefined,
): Promise<readonly Hit[]> => {
  if (text.length <= sliceChars) return inspect(text);
  // By kind and type, then by place: what lies in an overlap is found twice.
  const found = new Map<string, Map<string, Hit>>();
  for (let start = 0; start < text.length; start += sliceChars - overlapChars) {
    if (start > 0) await nextTurn();
    signal?.throwIfAborted();
    for (const hit of inspect(text.slice(start, start + sliceChars))) {
      const kind = `${hit.kind}/${hit.type}`;
      const known = found.get(kind) ?? new Map<string, Hit>();
      found.set(kind, known);
      if (known.size > hitsMax) continue;
      const moved = { ...hit, start: hit.start + start, end: hit.end + start };
      const place = `${String(moved.start)}/${String(moved.end)}`;
      known.set(place, known.size === hitsMax && !known.has(place) ? { ...moved, end: text.length } : moved);
    }
  }
  return [...found.values()].flatMap((known) => [...known.values()]);
};

/** Everything that stage 1 finds in a text. */
export const inspectText = (engine: Engine, text: string, signal?: AbortSignal): Promise<readonly Hit[]> =>
  inSlices(text, (slice) => inspectSlice(engine, slice), signal);

const rudeHit = (engine: Engine, text: string, survey: Survey): readonly Hit[] => {
  const score = toxicityOf(engine, text, survey);
  const reason = 'The wording is abusive';
  return score < 0.5
    ? []
    : [{ kind: 'toxicity', type: 'linear_model', score, start: 0, end: text.length, reason }];
};

/** What matters in a model's answer: personal data, secrets, links that carry data out, abuse. */
export const inspectOutputText = (
  engine: Engine,
  text: string,
  allowedHosts: readonly string[],
  signal?: AbortSignal,
): Promise<readonly Hit[]> =>
  inSlices(
    text,
    (slice) => {
      const survey = surveyOf(slice);
      return [
        ...findPii(slice, survey),
        ...findSecrets(slice, survey),
        ...findExfiltration(slice, allowedHosts),
        ...rudeHit(engine, slice, survey),
      ];
    },
    signal,
  );
