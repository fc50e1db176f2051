import { foldText, splitWords } from '../../packages/server/src/domains/firewall/text/view.ts';
import type { FoldTable } from '../../packages/server/src/domains/firewall/text/fold-table.ts';
import type { Sample } from './corpus.ts';

const least = 2;

/** Words of two or more texts, most frequent first: what garbled words are put right by. */
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
  return [...counts]
    .filter(([word, count]) => count >= (word.length <= 2 ? 12 : least))
    .sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))
    .map(([word]) => word);
};
