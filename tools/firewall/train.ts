/*
 * Trains the firewall's linear models: `node tools/firewall/train.ts <data folder> [--check]`. The folder holds
 * `injection-train.jsonl` and `toxicity-train.jsonl`. The same data give the same bytes; `--check` compares them with the
 * weights that are committed and changes nothing.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createConcepts } from '../../packages/server/src/domains/firewall/model/concepts.ts';
import type { LinearModel } from '../../packages/server/src/domains/firewall/model/score.ts';
import { createFoldTable } from '../../packages/server/src/domains/firewall/text/fold-table.ts';
import { readToxicityRows, trainingSamples } from './corpus.ts';
import { leaveOut, learnOptions, ordinarySources } from './leave-out.ts';
import { learn, prepare, quantile, quantise, rawScore } from './learn.ts';
import { vocabularyOf } from './vocabulary.ts';

const target = join(import.meta.dirname, '../../packages/server/src/domains/firewall/model/weights');
/** Fewer false positives than the issue allows, since other traffic is other. */
const ordinaryShare = 0.007;
/** Toxicity: at most this share of clean texts. */
const cleanShare = 0.02;
const version = 1;

const digest = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const rounded = (value: number): number => Math.round(value * 1e6) / 1e6;

const describe = ({ scale, bias, weights }: LinearModel, threshold: number, slope: number) => ({
  scale: rounded(scale),
  bias: rounded(bias),
  threshold: rounded(threshold),
  slope,
  sha256: digest(new Uint8Array(weights.buffer)),
});

const main = (folder: string, check: boolean): number => {
  const table = createFoldTable();
  const concepts = createConcepts(table);
  const samples = prepare(table, concepts, trainingSamples(folder));
  const outOfFold = leaveOut(samples);
  const threshold = quantile(
    ordinarySources.flatMap((source) => outOfFold.get(source) ?? []),
    ordinaryShare,
  );
  const injection = quantise(learn(samples, learnOptions));
  const tweets = prepare(table, concepts, readToxicityRows(folder));
  const clean = samples
    .filter(
      ({ attack, source }) =>
        !attack && source !== 'hh-rlhf-first-turn' && !source.startsWith('written-plain'),
    )
    .map((sample) => ({ ...sample, source: 'ordinary' }));
  const held = quantise(
    learn([...tweets.filter((_, n) => n % 5 !== 0), ...clean.filter((_, n) => n % 5 !== 0)], {
      epochs: 3,
      decay: 1e-6,
      dropped: 0,
    }),
  );
  const heldClean = [...tweets, ...clean]
    .filter((sample, n) => n % 5 === 0 && !sample.attack)
    .map((sample) => rawScore(held, sample));
  const toxicity = quantise(learn([...tweets, ...clean], { epochs: 3, decay: 1e-6, dropped: 0 }));
  const vocabulary = `${vocabularyOf(table, [...samples, ...tweets.filter(({ attack }) => !attack)]).join('\n')}\n`;
  const meta = {
    version,
    data: Object.fromEntries(
      ['injection-train.jsonl', 'toxicity-train.jsonl'].map((name) => [
        name,
        digest(readFileSync(join(folder, name))),
      ]),
    ),
    injection: describe(injection, threshold, 1.5),
    toxicity: describe(toxicity, quantile(heldClean, cleanShare), 1.5),
    vocabulary: digest(vocabulary),
  };
  const files: readonly (readonly [string, Uint8Array])[] = [
    ['injection.bin', new Uint8Array(injection.weights.buffer)],
    ['toxicity.bin', new Uint8Array(toxicity.weights.buffer)],
    ['vocabulary.txt', Buffer.from(vocabulary)],
    ['models.json', Buffer.from(`${JSON.stringify(meta, null, 2)}\n`)],
  ];
  console.log(JSON.stringify(meta, null, 2));
  if (!check) {
    mkdirSync(target, { recursive: true });
    for (const [name, bytes] of files) writeFileSync(join(target, name), bytes);
    return 0;
  }
  const differing = files.filter(
    ([name, bytes]) =>
      !existsSync(join(target, name)) || digest(readFileSync(join(target, name))) !== digest(bytes),
  );
  for (const [name] of differing) console.error(`${name} differs from what was trained now`);
  return differing.length === 0 ? 0 : 1;
};

const [folder, flag] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: node tools/firewall/train.ts <data folder> [--check]');
  process.exitCode = 2;
} else process.exitCode = main(folder, flag === '--check');
