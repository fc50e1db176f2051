/*
 * Time of the firewall's first stage, by length of the text: `node bench/firewall.ts`. Texts are ordinary prose and attacks
 * of this project's own grammars; beside it, folding the text alone. Target: p99 < 1 ms at 4,000 characters, linear to 1 MB.
 */
import { createEngine } from '../packages/server/src/domains/firewall/engine.ts';
import { inspectText } from '../packages/server/src/domains/firewall/inspect-text.ts';
import { loadModels } from '../packages/server/src/domains/firewall/model/load-models.ts';
import { foldText } from '../packages/server/src/domains/firewall/text/view.ts';
import { createRandom, generate } from '../tools/firewall/grammar.ts';
import { benignSlots, benignTemplates } from '../tools/firewall/benign-grammar.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { latencyOf, type Latency } from './support/statistics.ts';
import { ms, whole } from './support/table.ts';

const machine = describeMachine();
const engine = createEngine(loadModels());
const random = createRandom(7);
const sentences = generate(benignSlots, benignTemplates, 400, 7);
const textOf = (length: number): string => {
  let text = '';
  while (text.length < length) text += `${sentences[Math.floor(random() * sentences.length)] ?? ''} `;
  return text.slice(0, length);
};

const timed = async (texts: readonly string[], work: (text: string) => unknown): Promise<Latency> => {
  for (const text of texts.slice(0, 20)) await work(text);
  const durations: number[] = [];
  for (const text of texts) {
    const start = performance.now();
    await work(text);
    durations.push(performance.now() - start);
  }
  return latencyOf(durations);
};

const lengths: readonly (readonly [number, number])[] = [
  [200, 3000],
  [4000, 2000],
  [32_000, 200],
  [1_000_000, 8],
];
const rows: string[][] = [];
let atFourThousand = Number.NaN;
const perCharacter: number[] = [];
for (const [length, count] of lengths) {
  const texts = Array.from({ length: count }, () => textOf(length));
  const all = await timed(texts, (text) => inspectText(engine, text));
  const folding = await timed(texts, (text) => foldText(engine.table, 'plain', text));
  if (length === 4000) atFourThousand = all.p99Ms;
  if (length >= 4000) perCharacter.push((all.p50Ms / length) * 1e6);
  rows.push([`${whole(length)} characters`, ms(all.p50Ms), ms(all.p99Ms), ms(folding.p50Ms)]);
}
const spread = Math.max(...perCharacter) / Math.min(...perCharacter);
report({
  bench: 'firewall',
  machine,
  figures: [
    {
      name: 'firewall stage 1 at 4,000 characters, p99',
      target: '< 1 ms',
      measured: ms(atFourThousand),
      met: atFourThousand < 1,
    },
    {
      name: 'firewall, time a character from 4,000 to 1,000,000 characters',
      target: 'linear (within 1.5 ×)',
      measured: `${spread.toFixed(2)} ×`,
      met: spread <= 1.5,
    },
  ],
  tables: [{ title: 'Stage 1, one core', columns: ['', 'p50', 'p99', 'folding alone, p50'], rows }],
  notes: [
    `A character costs ${perCharacter.map((ns) => `${ns.toFixed(0)} ns`).join(', ')} at 4,000, 32,000 and 1,000,000 characters.`,
  ],
});
