import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { foldText, splitWords } from '../../packages/server/src/domains/firewall/text/view.ts';
import type { FoldTable } from '../../packages/server/src/domains/firewall/text/fold-table.ts';
import type { Sample } from './corpus.ts';

const least = 2;

/** General words of English by how common they are (SCOWL, sizes 10 and 20): words.LICENSE.txt says whose they are. */
const generalWords = (): readonly string[] =>
  readFileSync(join(import.meta.dirname, 'words.txt'), 'utf8')
    .trim()
    .split('\n');

/**
 * Words of two or more texts, most frequent first, then general ones: what garbled words are put right by. The general
 * ones are what lets a text be read whose words nobody has collected.
 */
export const vocabularyOf = (table: FoldTable, samples: readonly Sample[]): readonly string[] => {
  const counts = new Map<string, number>();
  for (const { text } of samples) {
    const view = foldText(table, 'plain', text.slice(0, 8000));
    const words = splitWords(table, view);
    const seen = new Set<string>();
    for (let i = 0; i < words.count; i += 1) {
      const word = String.fromCharCode(...view.codes.subarray(words.starts[i] ?? 0, words.ends[i] ?? 0));
      if (/^[a-z]{1,20}$/.test(word)) seen.add(word);
    }
    for (const word of seen) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const collected = [...counts]
    .filter(([word, count]) => count >= (word.length <= 2 ? 12 : least))
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([word]) => word);
  return [...new Set([...collected, ...generalWords()])];
};
