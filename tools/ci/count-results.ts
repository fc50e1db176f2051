/** What the last line of continuous integration says. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Counts from vitest's JSON report (`undefined` if none was written), with each failed step beside the tests as one
 * more failure. The step `test` counts only if the report shows no failure of its own: a crash, or a file that
 * could not be loaded.
 */
export const countResults = (report: unknown, failedSteps: readonly string[]): Counts => {
  const count = (name: string): number => {
    const value: unknown =
      typeof report === 'object' && report !== null ? Reflect.get(report, name) : undefined;
    return typeof value === 'number' ? value : 0;
  };
  const failedTests = count('numFailedTests');
  const otherSteps = failedSteps.filter((step) => step !== 'test').length;
  const unseen = failedTests === 0 && (failedSteps.includes('test') || report === undefined) ? 1 : 0;
  return {
    passed: count('numPassedTests'),
    failed: failedTests + otherSteps + unseen,
    skipped: count('numPendingTests') + count('numTodoTests'),
  };
};
