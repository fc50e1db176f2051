import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRules, type RuleText } from './parse-rules.ts';
import { RuleErrors, type RuleSet } from './rule-types.ts';
import { tryRules } from './try-rules.ts';

const maxFiles = 200;
const maxFileBytes = 1024 * 1024;

const textsIn = async (directory: string): Promise<readonly RuleText[]> => {
  const names = (await readdir(directory)).filter((name) => /\.ya?ml$/.test(name)).sort();
  if (names.length > maxFiles)
    throw new RuleErrors([`${directory}: more than ${String(maxFiles)} files of rules`]);
  const texts: RuleText[] = [];
  for (const name of names) {
    const file = join(directory, name);
    if ((await stat(file)).size > maxFileBytes) throw new RuleErrors([`${file}: larger than a mebibyte`]);
    texts.push({ file: name, text: await readFile(file, 'utf8') });
  }
  return texts;
};

/** The folder of the rules that come with GPUShield. */
export const builtinRulesDirectory = join(import.meta.dirname, 'builtin');

/**
 * Reads the built-in rules, then the operator's, which replace built-in ones of the same id; all of their tests must hold.
 * Throws `RuleErrors` with everything that is wrong, or the file system's error.
 */
export const loadRules = async (directory: string | undefined): Promise<RuleSet> => {
  const builtin = await textsIn(builtinRulesDirectory);
  const own = directory === undefined ? [] : await textsIn(directory);
  const rules = parseRules([...builtin, ...own]);
  const problems = tryRules(rules.rules);
  if (problems.length > 0) throw new RuleErrors(problems);
  return rules;
};
