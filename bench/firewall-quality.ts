/*
 * Quality of the firewall's first stage on sources that its model has not seen: `node bench/firewall-quality.ts [folder]`.
 * The folder is `../shared/data/firewall` unless told; without it nothing is measured. For each fold a model is trained
 * without the fold's sources, and judged with rules, readings and all. Mutations are made of attacks that were caught.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine, type Engine } from '../packages/server/src/domains/firewall/engine.ts';
import { inspectText } from '../packages/server/src/domains/firewall/inspect-text.ts';
import { loadModels } from '../packages/server/src/domains/firewall/model/load-models.ts';
import { defaultPolicy } from '../packages/server/src/domains/firewall/policy/settings.ts';
import { createDictionary } from '../packages/server/src/domains/firewall/views/dictionary.ts';
import { readToxicityRows, trainingSamples } from '../tools/firewall/corpus.ts';
import { createRandom } from '../tools/firewall/grammar.ts';
import { learnWithout, folds, ordinarySources } from '../tools/firewall/leave-out.ts';
import { prepare } from '../tools/firewall/learn.ts';
import { vocabularyOf } from '../tools/firewall/vocabulary.ts';
import { mutations } from './firewall/mutations.ts';
import { fill } from './firewall/personal-data.ts';
import { cleanTexts, judgeBlind, judgeClean, judgePersonalData, sumOf } from './firewall/written-blind.ts';
import { describeMachine } from './support/machine.ts';
import { report, type Figure } from './support/result.ts';
import { whole } from './support/table.ts';

const folder = process.argv[2] ?? join(import.meta.dirname, '../../shared/data/firewall');
if (!existsSync(folder)) throw new Error(`There is no training data at ${folder}: name its folder`);
const linesOf = (path: string): readonly string[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
const percent = (part: number, all: number): string =>
  all === 0 ? '–' : `${((part / all) * 100).toFixed(1)} %`;
const perSource = 500;

const machine = describeMachine();
const models = loadModels();
const shipped = createEngine(models);
const samples = prepare(shipped.table, shipped.concepts, trainingSamples(folder));
const isBlocked = async (engine: Engine, text: string): Promise<boolean> =>
  (await inspectText(engine, text)).some(
    ({ kind, score }) => kind === 'injection' && score >= defaultPolicy.injectionThreshold,
  );

const rows: string[][] = [];
/** `unread` puts garbled words right by a dictionary that holds no word of the fold's texts alone. */
const caught: { readonly engine: Engine; readonly unread: Engine; readonly text: string }[] = [];
const tweets = readToxicityRows(folder).filter(({ attack }) => !attack);
let [attacks, found, ordinary, wrong] = [0, 0, 0, 0];
for (const fold of folds) {
  const learned = learnWithout(samples, fold);
  const injection = {
    ...models.injection,
    weights: learned.weights,
    scale: learned.scale,
    bias: learned.bias,
  };
  const engine: Engine = { ...shipped, models: { ...models, injection } };
  const others = samples.filter(({ source }) => !fold.includes(source.replace('+', '')));
  const vocabulary = vocabularyOf(shipped.table, [...others, ...tweets]);
  const unread: Engine = { ...engine, dictionary: createDictionary(vocabulary) };
  for (const source of fold) {
    const own = samples.filter((sample) => sample.source === source).slice(0, perSource);
    let blocked = 0;
    for (const { text, attack } of own) {
      if (!(await isBlocked(engine, text))) continue;
      blocked += 1;
      if (attack && text.length < 600) caught.push({ engine, unread, text });
    }
    const isAttack = own[0]?.attack === true;
    if (isAttack) [attacks, found] = [attacks + own.length, found + blocked];
    else if (ordinarySources.includes(source)) [ordinary, wrong] = [ordinary + own.length, wrong + blocked];
    rows.push([source, isAttack ? 'attack' : 'harmless', whole(own.length), percent(blocked, own.length)]);
  }
}

const triggers = linesOf(join(import.meta.dirname, 'firewall/trigger-prompts.txt'));
let triggered = 0;
for (const text of triggers) if (await isBlocked(shipped, text)) triggered += 1;

const random = createRandom(11);
const chosen = caught
  .filter((_, index) => index % Math.max(1, Math.floor(caught.length / 150)) === 0)
  .slice(0, 150);
const mutated: string[][] = [];
const kept: number[] = [];
for (const [name, mutate] of Object.entries(mutations)) {
  let [still, withoutWords] = [0, 0];
  for (const { engine, unread, text } of chosen) {
    const changed = mutate(text, random);
    if (await isBlocked(engine, changed)) still += 1;
    if (await isBlocked(unread, changed)) withoutWords += 1;
  }
  kept.push(still / Math.max(1, chosen.length));
  mutated.push([name, percent(still, chosen.length), percent(withoutWords, chosen.length)]);
}

const templates = linesOf(join(folder, 'pii-templates.txt'));
let [spans, seen] = [0, 0];
for (const [seed, template] of templates.entries()) {
  const { text, spans: wanted } = fill(template, seed + 1);
  const hits = (await inspectText(shipped, text)).filter(({ kind }) => kind === 'pii');
  spans += wanted.length;
  seen += wanted.filter((span) =>
    hits.some((hit) => hit.type === span.type && hit.start <= span.start + 1 && hit.end >= span.end - 1),
  ).length;
}
let clean = 0;
for (const text of triggers)
  if ((await inspectText(shipped, text)).some(({ kind }) => kind === 'pii')) clean += 1;

const blind: string[][] = [];
const blocked = async (file: string): Promise<number> => {
  const tallies = await judgeBlind(shipped, file);
  for (const [family, { all, missed }] of tallies)
    blind.push([file.replace('.txt', ''), family, whole(all), percent(all - missed.length, all)]);
  const { all, missed } = sumOf(tallies);
  return (all - missed) / all;
};
const [blindAttacks, blindHonest, blindTriggers] = [
  await blocked('attacks.txt'),
  await blocked('honest.txt'),
  await blocked('trigger.txt'),
];
const personal = await judgePersonalData(shipped);
const personalSum = sumOf(personal);
for (const [family, { all, missed }] of personal)
  blind.push(['personal data', family, whole(all), percent(all - missed.length, all)]);
const wronglyPersonal = (await judgeClean(shipped)).length;
const cleanCount = cleanTexts().length;
const share = (value: number): string => `${(value * 100).toFixed(1)} %`;

const worst = Math.min(...kept);
const figures: readonly Figure[] = [
  {
    name: 'firewall, ordinary prompts called attacks (not blind)',
    target: '≤ 1 %',
    measured: percent(wrong, ordinary),
    met: wrong / ordinary <= 0.01,
  },
  {
    name: 'firewall, trigger-word prompts called attacks (not blind)',
    target: '≤ 4 %',
    measured: percent(triggered, triggers.length),
    met: triggered / triggers.length <= 0.04,
  },
  {
    name: 'firewall, attacks that stay caught after the worst mutation',
    target: '≥ 95 %',
    measured: `${(worst * 100).toFixed(1)} %`,
    met: worst >= 0.95,
  },
  {
    name: 'personal data of structured types found (not blind)',
    target: '≥ 99 %',
    measured: percent(seen, spans),
    met: seen / spans >= 0.99,
  },
  {
    name: 'personal data seen in clean texts',
    target: '0',
    measured: `${clean} of ${triggers.length}`,
    met: clean === 0,
  },
  {
    name: 'firewall, attacks written blind that are caught',
    target: '–',
    measured: share(blindAttacks),
    met: true,
  },
  {
    name: 'firewall, honest prompts written blind called attacks',
    target: '≤ 1 %',
    measured: share(blindHonest),
    met: blindHonest <= 0.01,
  },
  {
    name: 'firewall, trigger-word prompts written blind called attacks',
    target: '≤ 4 %',
    measured: share(blindTriggers),
    met: blindTriggers <= 0.04,
  },
  {
    name: 'personal data and keys of the second set found (blind once: 95.7 %)',
    target: '≥ 99 %',
    measured: percent(personalSum.all - personalSum.missed, personalSum.all),
    met: personalSum.missed <= personalSum.all * 0.01,
  },
  {
    name: 'personal data or keys seen in its clean texts (blind once: 2 of 363)',
    target: '0',
    measured: `${wronglyPersonal} of ${cleanCount}`,
    met: wronglyPersonal === 0,
  },
];
report({
  bench: 'firewall-quality',
  machine,
  figures,
  tables: [
    {
      title:
        'Sources, each judged by a model that learned from no row of it or its fold (grammar lines were written after reading them)',
      columns: ['source', 'is', 'texts', 'blocked'],
      rows: [...rows, ['all attacks', 'attack', whole(attacks), percent(found, attacks)]],
    },
    {
      title: `${chosen.length} attacks that were caught, changed`,
      columns: ['change', 'still caught', 'without the fold’s words'],
      rows: mutated,
    },
    {
      title:
        'Written before their author had read a rule, a weight or a pattern; judged by the shipped model',
      columns: ['set', 'family', 'texts', 'blocked, or found'],
      rows: blind,
    },
  ],
  notes: [
    'The trigger-word prompts were written for this bench; the shipped model, which has not learned from them, judges them.',
    'Garbled words are put right by the shipped dictionary, which holds words of every source. The last column leaves out the words of the fold, too, many of them German: what a text of unknown authors may expect.',
    'The folds are the training data’s own sources. Sets that are not here will tell more.',
  ],
});
