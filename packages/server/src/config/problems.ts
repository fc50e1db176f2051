/** One thing that is wrong with the configuration. It never repeats a secret value. */
export interface ConfigProblem {
  /** Name of the variable. */
  readonly variable: string;
  /** Completes the sentence "NAME …". */
  readonly problem: string;
  /** A valid assignment, or another way out. */
  readonly example: string;
}

/** The start is refused. `report` is for the terminal and names everything that is wrong at once. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];
  readonly report: string;

  constructor(problems: readonly ConfigProblem[]) {
    const report = renderReport(problems);
    super(report);
    this.problems = problems;
    this.report = report;
  }
}

const renderReport = (problems: readonly ConfigProblem[]): string => {
  const count = problems.length === 1 ? '1 problem' : `${String(problems.length)} problems`;
  const lines = problems.map(
    ({ variable, problem, example }) => `  ${variable} ${problem}.\n      for example: ${example}`,
  );
  return [`The configuration has ${count}:`, ...lines, 'All variables: docs/reference/configuration.md'].join(
    '\n',
  );
};
