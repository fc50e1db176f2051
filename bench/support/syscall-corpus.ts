import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { SyscallEventInput } from '@gpushield/contracts';
import type { RuleScoring } from '../../packages/server/src/domains/scoring/rules/index.ts';
import { checkEvent, isProblem } from '../../packages/server/src/domains/scoring/events/check-event.ts';
import { toSyscallEvent } from '../../packages/server/src/domains/scoring/events/event-batch.ts';
import { processIdOf } from '../../packages/server/src/domains/scoring/events/facts.ts';
import { createTimeParser } from '../../packages/server/src/domains/scoring/events/parse-time.ts';

/** One run of an attack or of honest work, with all that the sensor saw of its processes. */
export interface CorpusRun {
  readonly name: string;
  /** Of the attack; null: honest work. */
  readonly technique: string | null;
  /** The process that is dangerous; null: none. */
  readonly pid: number | null;
  readonly events: readonly SyscallEventInput[];
}
export interface Corpus {
  readonly recorded: string;
  readonly kernel: string;
  readonly runs: readonly CorpusRun[];
}

export const corpusFile = join(import.meta.dirname, '../corpus/syscalls.json.gz');

export const readCorpus = (): Corpus =>
  JSON.parse(gunzipSync(readFileSync(corpusFile)).toString('utf8')) as Corpus;
export const writeCorpus = (corpus: Corpus): void => {
  writeFileSync(corpusFile, gzipSync(JSON.stringify(corpus), { level: 9 }));
};

/** How dangerous one process of a run became at its worst, and by which rules and techniques. */
export interface Judged {
  readonly pid: number;
  readonly command: string;
  readonly risk: number;
  readonly rules: readonly string[];
  readonly techniques: ReadonlySet<string>;
}

/** Scores a run by the rules, as the server would. */
export const judgeRun = (scoring: RuleScoring, { events }: CorpusRun): readonly Judged[] => {
  const byProcess = new Map<string, SyscallEventInput[]>();
  const parse = createTimeParser();
  const times = { nowMs: Number.MAX_SAFE_INTEGER / 2000, parse };
  const startOf = (text: string | undefined): number | null =>
    text === undefined ? null : Math.floor(parse(text) / 1000);
  for (const event of events) {
    const id = processIdOf('a', event.pid, startOf(event.process_started_at));
    byProcess.set(id, [...(byProcess.get(id) ?? []), event]);
  }
  return [...byProcess].map(([id, own]) => {
    let state = scoring.empty;
    let risk = 0;
    own.forEach((event, index) => {
      const checked = checkEvent(event, times);
      if (isProblem(checked)) throw new Error(`The corpus holds a wrong event: ${checked.message}`);
      state = scoring.apply(state, [toSyscallEvent('a', id, `${id}:${String(index)}`, checked)]);
      risk = Math.max(risk, scoring.riskAt(state, checked.occurredAtUs / 1000));
    });
    const contributions = scoring.contributionsOf(state);
    return {
      pid: own[0]?.pid ?? 0,
      command: own.at(-1)?.command ?? '',
      risk,
      rules: [...new Set(contributions.map(({ rule }) => rule))],
      techniques: new Set(contributions.map(({ technique }) => technique).filter((each) => each !== null)),
    };
  });
};
