import { createScoring, type RuleScoring } from './engine.ts';
import { loadRules } from './load-rules.ts';
import type { RiskParameters } from './risk.ts';
import { RuleErrors } from './rule-types.ts';

export interface RuleWatchDeps {
  /** The operator's own rules; undefined: the built-in ones alone, which never change. */
  readonly directory: string | undefined;
  readonly parameters: RiskParameters;
  readonly log: {
    info(facts: object, message: string): void;
    error(facts: object, message: string): void;
  };
  readonly intervalMs?: number;
}

/** The rules in force, read anew when their files change. */
export interface RuleWatch {
  /** The scoring in force; one request or commit asks once and stays with it. */
  current(): RuleScoring;
  /** What is wrong with the files as they are now; the rules before them stay in force. Empty: nothing. */
  problems(): readonly string[];
  /** Reads the files now. Throws `RuleErrors` at the first time, so that a server does not start on broken rules. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

const defaultIntervalMs = 5_000;

export const createRuleWatch = (deps: RuleWatchDeps): RuleWatch => {
  const { directory, parameters, log } = deps;
  let scoring: RuleScoring | undefined;
  let problems: readonly string[] = [];
  let timer: NodeJS.Timeout | undefined;
  let reading: Promise<void> = Promise.resolve();

  const read = async (): Promise<void> => {
    const rules = await loadRules(directory);
    problems = [];
    const next = createScoring(rules, parameters);
    if (next.version === scoring?.version) return;
    const isFirst = scoring === undefined;
    scoring = next;
    if (!isFirst)
      log.info({ rules: rules.rules.length, version: next.version }, 'scoring rules were read anew');
  };
  const readAgain = async (): Promise<void> => {
    try {
      await read();
    } catch (error) {
      const found = error instanceof RuleErrors ? error.problems : [String(error)];
      if (found.join('\n') === problems.join('\n')) return;
      problems = found;
      log.error({ problems: found.slice(0, 20) }, 'scoring rules are wrong; the ones before stay in force');
    }
  };

  return {
    current: () => {
      if (scoring === undefined) throw new Error('Rules are read by start()');
      return scoring;
    },
    problems: () => problems,
    start: async () => {
      await read();
      if (directory === undefined) return;
      timer = setInterval(() => {
        reading = reading.then(readAgain);
      }, deps.intervalMs ?? defaultIntervalMs);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await reading;
    },
  };
};
