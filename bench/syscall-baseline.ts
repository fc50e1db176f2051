/*
 * How well the behaviour baseline, alone, tells attacks from everyday work, with whole families left out: the model of a
 * workload never saw any attack, and each workload is judged once more by a model that never saw that workload.
 * On recorded syscalls (`node bench/syscall-sequences.ts` records others). No rules.
 */
import {
  createBaselineModel,
  minSequence,
  type BaselineModel,
} from '../packages/server/src/domains/scoring/baseline/baseline-model.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { readSequences, type SequenceRun } from './support/syscall-sequences.ts';
import { whole } from './support/table.ts';

/** As batches cut what a process does. */
const window = 250;
const learnedRounds = 7;
/** From here on a process is one that nothing is learned from, and half of an alert. */
const noticeable = 25;

const corpus = readSequences();
const windowsOf = ({ calls }: SequenceRun): readonly (readonly string[])[] => {
  const windows: string[][] = [];
  for (let start = 0; start < calls.length; start += window) {
    const part = calls.slice(start, start + window).map((number) => corpus.names[number] ?? '?');
    if (part.length >= minSequence) windows.push(part);
  }
  return windows;
};
const honest = corpus.runs.filter(({ isAttack }) => !isAttack);
const attacks = corpus.runs.filter(({ isAttack }) => isAttack);
const families = [...new Set(honest.map(({ family }) => family))];
const kinds = [...new Set(attacks.map(({ family }) => family))];

const modelOf = (wanted: (family: string) => boolean): BaselineModel => {
  const model = createBaselineModel();
  const learned = honest.filter(({ family, round }) => wanted(family) && round < learnedRounds);
  // Rounds of all families by turns, as a workload would mix them.
  for (const run of learned.toSorted((a, b) => a.round - b.round))
    for (const sequence of windowsOf(run)) model.learn(sequence);
  return model;
};

interface Judged {
  readonly sequences: number;
  /** Beyond what is usual at all, and by enough to count. */
  readonly unusual: number;
  readonly noticed: number;
  readonly isJudged: boolean;
}
const judge = (model: BaselineModel, runs: readonly SequenceRun[]): Judged => {
  const weights = runs.flatMap((run) => windowsOf(run).map((sequence) => model.judge(sequence)));
  const known = weights.filter((weight) => weight !== undefined);
  return {
    sequences: weights.length,
    unusual: known.filter((weight) => weight > 0).length,
    noticed: known.filter((weight) => weight >= noticeable).length,
    isJudged: known.length > 0,
  };
};
const share = (part: number, all: number): string => `${((100 * part) / Math.max(1, all)).toFixed(1)} %`;
const cell = ({ isJudged, unusual, noticed, sequences }: Judged): string =>
  isJudged ? `${share(unusual, sequences)} (${share(noticed, sequences)})` : 'too little learned';

const fresh = (family: string): readonly SequenceRun[] =>
  honest.filter((run) => run.family === family && run.round >= learnedRounds);
const own = new Map(families.map((family) => [family, modelOf((each) => each === family)]));
const everything = modelOf(() => true);
const sum = (list: readonly Judged[]): Judged => ({
  sequences: list.reduce((total, { sequences }) => total + sequences, 0),
  unusual: list.reduce((total, { unusual }) => total + unusual, 0),
  noticed: list.reduce((total, { noticed }) => total + noticed, 0),
  isJudged: list.some(({ isJudged }) => isJudged),
});

const honestJudged = families.map((family) => {
  const model = own.get(family) ?? everything;
  return {
    family,
    learned: model.syscalls,
    byOwn: judge(model, fresh(family)),
    byOthers: judge(
      modelOf((each) => each !== family),
      honest.filter((run) => run.family === family),
    ),
  };
});
const attackJudged = kinds.map((kind) => {
  const runs = attacks.filter(({ family }) => family === kind);
  const judged = [...own.values()].map((model) => judge(model, runs)).filter(({ isJudged }) => isJudged);
  return {
    kind,
    runs: runs.length,
    sameProgram: judge(own.get('python') ?? everything, runs),
    average: sum(judged),
    byAll: judge(everything, runs),
  };
});
const falseAlarms = sum(honestJudged.map(({ byOwn }) => byOwn).filter(({ isJudged }) => isJudged));
const same = sum(attackJudged.map(({ sameProgram }) => sameProgram));
const leftOut = sum(honestJudged.map(({ byOthers }) => byOthers));
/** Another honest script of the same program, which the Python workload never ran. */
const otherScript = judge(own.get('python') ?? everything, fresh('web'));
const isGood = (recall: Judged): boolean =>
  recall.unusual / recall.sequences >= 0.15 && falseAlarms.unusual / falseAlarms.sequences <= 0.01;

report({
  bench: 'syscall-baseline',
  machine: describeMachine(),
  figures: [
    {
      name: 'behaviour baseline alone, attacks by the workload’s own program found',
      target: '≥ 15 % at ≤ 1 % false',
      measured: `${share(same.unusual, same.sequences)} at ${share(falseAlarms.unusual, falseAlarms.sequences)}`,
      met: isGood(same),
    },
    {
      name: 'behaviour baseline alone, honest families left out called unusual',
      target: '≤ 1 %',
      measured: share(leftOut.unusual, leftOut.sequences),
      met: leftOut.unusual / leftOut.sequences <= 0.01,
    },
  ],
  tables: [
    {
      title: 'Attacks, all of them left out of what was learned: unusual (by 25 or more)',
      columns: [
        'kind of attack',
        'runs',
        'in a Python workload',
        'in each workload, average',
        'beside all workloads in one',
      ],
      rows: attackJudged.map(({ kind, runs, sameProgram, average, byAll }) => [
        kind,
        String(runs),
        cell(sameProgram),
        cell(average),
        cell(byAll),
      ]),
    },
    {
      title: 'Everyday work: unusual (by 25 or more), which is false',
      columns: ['workload', 'syscalls learned', 'fresh runs by its own model', 'by a model of all others'],
      rows: honestJudged.map(({ family, learned, byOwn, byOthers }) => [
        family,
        whole(learned),
        cell(byOwn),
        cell(byOthers),
      ]),
    },
  ],
  notes: [
    `Recorded ${corpus.recorded.slice(0, 10)} on Linux ${corpus.kernel} with strace: ${whole(corpus.runs.length)} processes, in sequences of at most ${String(window)} syscalls; seven rounds are learned, three are fresh.`,
    `A workload that a model never saw is called unusual in ${share(leftOut.unusual, leftOut.sequences)} of its sequences: a baseline says “not what this workload does”, not “attack”.`,
    `That is what it says of attacks too: an honest Python program that the Python workload never ran (the web server) is unusual in ${share(otherScript.unusual, otherScript.sequences)} of its sequences. No false alarms on fresh runs means that runs resemble one another here; real workloads vary more. It adds at most 40 to a score, and is no alert by itself.`,
    'Attacks are the stand-ins of tests/support/attacks.ts, most of which are Python scripts: within a Python workload all but one or two of their calls are everyday ones.',
    'The sensor’s own eyes tell watched calls alone, of which few processes make the 16 that are judged: baselines serve agents that report every syscall.',
  ],
});
