import type { Hit } from '../hit.ts';

interface Rule {
  readonly type: string;
  readonly score: number;
  readonly reason: string;
  readonly pattern: RegExp;
}

/** Forms that no one writes by chance. Bounded repetition only: each scan is linear in the text. */
const rules: readonly Rule[] = [
  {
    type: 'role_tag',
    score: 0.85,
    reason: 'It imitates the marks by which a chat template parts roles',
    pattern:
      /<\|(?:im_start|im_end|system|user|assistant|start_header_id|end_header_id|eot_id|begin_of_text|endoftext|channel|message)\|>/gi,
  },
  {
    type: 'role_tag',
    score: 0.85,
    reason: 'It imitates the marks of a Llama template',
    pattern: /(?:\[\/?INST\]|<<\/?SYS>>|\[\/?SYSTEM_PROMPT\])/g,
  },
  {
    type: 'role_tag',
    score: 0.8,
    reason: 'It imitates the marks of a Gemma or Vicuna template',
    pattern: /(?:<start_of_turn>|<end_of_turn>|<\/s>\s{0,3}<s>)/g,
  },
  {
    type: 'hidden_text',
    score: 0.6,
    reason: 'A text is written in invisible tag characters',
    pattern: /(?:\uDB40[\uDC20-\uDC7E]){8,}(?!\uDB40\uDC7F)/g,
  },
];

/** Rules of form. What the wording says is the linear model's business. */
export const findRules = (text: string): readonly Hit[] => {
  const hits: Hit[] = [];
  for (const { type, score, reason, pattern } of rules) {
    for (const match of text.matchAll(pattern)) {
      hits.push({
        kind: 'injection',
        type,
        score,
        start: match.index,
        end: match.index + match[0].length,
        reason,
      });
      if (hits.length >= 50) return hits;
    }
  }
  return hits;
};
