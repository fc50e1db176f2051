/*
 * How well attacks are told from everyday work by what the sensor's eyes see of them: recall by technique and honest processes
 * that look dangerous, on the recorded corpus (`node bench/syscall-corpus.ts` records another). Rules alone; no baseline.
 */
import { loadRules } from '../packages/server/src/domains/scoring/rules/load-rules.ts';
import { createScoring } from '../packages/server/src/domains/scoring/rules/engine.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { judgeRun, readCorpus, type CorpusRun } from './support/syscall-corpus.ts';

const threshold = 50;
const corpus = readCorpus();
const scoring = createScoring(await loadRules(undefined));
const attacks = corpus.runs.filter(({ technique }) => technique !== null);
const honest = corpus.runs.filter(({ technique }) => technique === null);

/** Found: the dangerous process itself is at the threshold, with the right technique among its reasons. */
const isFound = (run: CorpusRun): boolean =>
  judgeRun(scoring, run).some(
    ({ pid, risk, techniques }) =>
      pid === run.pid && risk >= threshold && run.technique !== null && techniques.has(run.technique),
  );
const found = new Set(attacks.filter(isFound));
const techniques = [...new Set(attacks.map(({ technique }) => technique ?? ''))].sort();
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

const techniqueRows = techniques.map((technique) => {
  const runs = attacks.filter((run) => run.technique === technique);
  const missed = [...new Set(runs.filter((run) => !found.has(run)).map(({ name }) => name))];
  const names = new Set(runs.map(({ name }) => name));
  return [
    technique,
    [...names].join('; '),
    `${runs.filter((run) => found.has(run)).length} of ${runs.length}`,
    missed.join('; '),
  ];
});
const judgedHonest = honest.map((run) => ({ run, judged: judgeRun(scoring, run) }));
const honestRows = judgedHonest.map(({ run, judged }) => {
  const above = judged.filter(({ risk }) => risk > threshold);
  const worst = judged.toSorted((a, b) => b.risk - a.risk)[0];
  return [
    run.name,
    String(judged.length),
    String(run.events.length),
    String(above.length),
    worst === undefined || worst.risk === 0
      ? '–'
      : `${worst.command}: ${worst.risk.toFixed(0)} (${worst.rules.join(', ')})`,
  ];
});
const processes = judgedHonest.reduce((sum, { judged }) => sum + judged.length, 0);
const above = judgedHonest.reduce(
  (sum, { judged }) => sum + judged.filter(({ risk }) => risk > threshold).length,
  0,
);
const recall = found.size / attacks.length;

report({
  bench: 'syscall-quality',
  machine: describeMachine(),
  figures: [
    {
      name: `syscalls, recall at risk ${threshold} (not blind)`,
      target: '≥ 95 %',
      measured: `${percent(recall)} of ${attacks.length} runs`,
      met: recall >= 0.95,
    },
    {
      name: 'syscalls, techniques in the corpus',
      target: '≥ 25',
      measured: String(techniques.length),
      met: techniques.length >= 25,
    },
    {
      name: `syscalls, honest processes above ${threshold} (not blind)`,
      target: '0',
      measured: `${above} of ${processes}`,
      met: above === 0,
    },
  ],
  tables: [
    { title: 'Attacks', columns: ['technique', 'stand-ins', 'found', 'missed'], rows: techniqueRows },
    {
      title: 'Honest work',
      columns: ['work', 'processes', 'events', `above ${threshold}`, 'the worst'],
      rows: honestRows,
    },
  ],
  notes: [
    `Recorded ${corpus.recorded.slice(0, 10)} on Linux ${corpus.kernel} by the sensor’s own programs; a run counts as found when its dangerous process itself is at the threshold with the right technique.`,
    'Stand-ins make the syscalls of an attack without its effect, and were written by those who wrote the rules: the recall says that the eyes see what the rules ask for, not how many real attacks would be found.',
    'Not in the corpus: what this kernel lacks (modules, kexec), containers (they do not start here) and GPUs.',
  ],
});
