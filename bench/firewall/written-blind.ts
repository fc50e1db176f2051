import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../packages/server/src/domains/firewall/engine.ts';
import type { Hit } from '../../packages/server/src/domains/firewall/hit.ts';
import { inspectText } from '../../packages/server/src/domains/firewall/inspect-text.ts';
import { defaultPolicy } from '../../packages/server/src/domains/firewall/policy/settings.ts';
import { blindItems, type BlindItem } from './blind/pii.ts';

const rotated = (text: string): string =>
  text.replace(/[a-z]/gi, (char) => {
    const base = char <= 'Z' ? 65 : 97;
    return String.fromCharCode(((char.charCodeAt(0) - base + 13) % 26) + base);
  });
const encodings: Readonly<Record<string, (text: string) => string>> = {
  b64: (text) => Buffer.from(text).toString('base64'),
  hex: (text) => Buffer.from(text).toString('hex'),
  rot: rotated,
  rev: (text) => [...text].reverse().join(''),
};
const unescape: Readonly<Record<string, string>> = { '\\n': '\n', '\\u200b': '\u200b' };

export interface BlindText {
  readonly family: string;
  readonly text: string;
}

/** Lines of a file under headings `== family`; `«b64:…»` stands for its encoded form, `\n` for a line's end. */
export const blindTexts = (file: string): readonly BlindText[] => {
  let family = 'all';
  const texts: BlindText[] = [];
  for (const line of readFileSync(join(import.meta.dirname, 'blind', file), 'utf8').split('\n')) {
    if (line.startsWith('== ')) family = line.slice(3);
    else if (line !== '')
      texts.push({
        family,
        text: line
          .replace(/\\n|\\u200b/g, (escape) => unescape[escape] ?? escape)
          .replace(
            /«(\w+):([^»]*)»/g,
            (whole, name: string, inner: string) => encodings[name]?.(inner) ?? whole,
          ),
      });
  }
  return texts;
};

export interface Tally {
  readonly all: number;
  readonly missed: readonly string[];
}

const isAttack = ({ kind, score }: Hit): boolean =>
  kind === 'injection' && score >= defaultPolicy.injectionThreshold;

const tally = async <T extends { readonly text: string }>(
  items: readonly T[],
  familyOf: (item: T) => string,
  holds: (item: T) => Promise<boolean>,
): Promise<ReadonlyMap<string, Tally>> => {
  const found = new Map<string, { all: number; missed: string[] }>();
  for (const item of items) {
    const entry = found.get(familyOf(item)) ?? { all: 0, missed: [] };
    found.set(familyOf(item), entry);
    entry.all += 1;
    if (!(await holds(item))) entry.missed.push(item.text);
  }
  return found;
};

/** Prompts of one of the files: those that were not blocked are the missed ones. */
export const judgeBlind = (engine: Engine, file: string): Promise<ReadonlyMap<string, Tally>> =>
  tally(
    blindTexts(file),
    ({ family }) => family,
    async ({ text }) => (await inspectText(engine, text)).some(isAttack),
  );

const isFound = (hit: Hit, { family, value }: BlindItem, start: number): boolean =>
  (family === 'key' ? hit.kind === 'secret' : hit.kind === 'pii' && hit.type === family) &&
  hit.start <= start &&
  hit.end >= start + value.length;

/** Structured personal data and secrets: the whole of each has to be found, as what it is. */
export const judgePersonalData = (engine: Engine): Promise<ReadonlyMap<string, Tally>> =>
  tally(
    blindItems(),
    ({ family }) => family,
    async (item) => {
      const start = item.text.lastIndexOf(item.value);
      return (await inspectText(engine, item.text)).some((hit) => isFound(hit, item, start));
    },
  );

/** Texts that hold no personal data: all but one line of a log, which holds an address. */
export const cleanTexts = (): readonly BlindText[] =>
  ['clean.txt', 'honest.txt', 'trigger.txt']
    .flatMap((file) => blindTexts(file))
    .filter(({ text }) => !text.includes('from 192.0.2.44'));

/** The clean texts in which personal data or a key was seen. */
export const judgeClean = async (engine: Engine): Promise<readonly string[]> => {
  const wrong: string[] = [];
  for (const { text } of cleanTexts()) {
    const hit = (await inspectText(engine, text)).find(({ kind }) => kind === 'pii' || kind === 'secret');
    if (hit !== undefined) wrong.push(`${hit.type}: ${text}`);
  }
  return wrong;
};

export const sumOf = (
  tallies: ReadonlyMap<string, Tally>,
): { readonly all: number; readonly missed: number } => {
  let [all, missed] = [0, 0];
  for (const entry of tallies.values()) [all, missed] = [all + entry.all, missed + entry.missed.length];
  return { all, missed };
};
