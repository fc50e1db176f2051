/** A random stream that is the same on every machine (mulberry32). */
export const createRandom = (seed: number): (() => number) => {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
};

export type Grammar = Readonly<Record<string, readonly string[]>>;

/** Expands `{slot}` by one of the slot's alternatives, which may hold slots themselves. */
export const expand = (grammar: Grammar, template: string, random: () => number, depth = 0): string =>
  template.replace(/\{(\w+)\}/g, (whole, slot: string) => {
    const choices = grammar[slot];
    if (choices === undefined || depth > 6) return whole;
    return expand(grammar, choices[Math.floor(random() * choices.length)] ?? '', random, depth + 1);
  });

/** `count` different texts out of the grammar's `templates`. */
export const generate = (
  grammar: Grammar,
  templates: readonly string[],
  count: number,
  seed: number,
): readonly string[] => {
  const random = createRandom(seed);
  const made = new Set<string>();
  for (let tries = 0; made.size < count && tries < count * 4; tries += 1) {
    made.add(expand(grammar, templates[tries % templates.length] ?? '', random));
  }
  return [...made];
};
