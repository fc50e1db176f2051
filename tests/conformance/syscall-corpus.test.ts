import { beforeAll, describe, expect, it } from 'vitest';
import { judgeRun, readCorpus, type CorpusRun } from '../../bench/support/syscall-corpus.ts';
import { createScoring } from '../../packages/server/src/domains/scoring/rules/engine.ts';
import type { RuleScoring } from '../../packages/server/src/domains/scoring/rules/index.ts';
import { loadRules } from '../../packages/server/src/domains/scoring/rules/load-rules.ts';

/*
 * The rules on what the sensor's eyes really saw: a change of a rule that loses an attack of the corpus, or makes everyday work
 * look dangerous, fails here.
 */

const threshold = 50;
const { runs } = readCorpus();

describe('the recorded corpus', () => {
  let scoring: RuleScoring;
  beforeAll(async () => {
    scoring = createScoring(await loadRules(undefined));
  });

  const isFound = (run: CorpusRun): boolean =>
    judgeRun(scoring, run).some(
      ({ pid, risk, techniques }) =>
        pid === run.pid && risk >= threshold && run.technique !== null && techniques.has(run.technique),
    );

  it('holds attacks of at least 25 techniques, of which at least 95 % are found', () => {
    const attacks = runs.filter(({ technique }) => technique !== null);
    expect(new Set(attacks.map(({ technique }) => technique)).size).toBeGreaterThanOrEqual(25);
    const missed = attacks.filter((run) => !isFound(run)).map(({ name }) => name);
    expect(missed.length / attacks.length, missed.join(', ')).toBeLessThanOrEqual(0.05);
  });

  it('holds everyday work, of which no process looks dangerous', () => {
    const honest = runs.filter(({ technique }) => technique === null);
    expect(honest.length).toBeGreaterThanOrEqual(15);
    const alarms = honest.flatMap((run) =>
      judgeRun(scoring, run)
        .filter(({ risk }) => risk > threshold)
        .map(({ command, rules }) => `${run.name}: ${command} by ${rules.join(', ')}`),
    );
    expect(alarms).toEqual([]);
  });
});
