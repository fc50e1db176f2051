import { describe, expect, it } from 'vitest';
import { countResults } from './count-results.ts';

const report = { numPassedTests: 10, numFailedTests: 0, numPendingTests: 2, numTodoTests: 1 };

describe('the last line of continuous integration', () => {
  it('repeats what vitest counted', () => {
    expect(countResults(report, [])).toEqual({ passed: 10, failed: 0, skipped: 3 });
  });

  it('never reports success when a step failed, the tests crashed or no report was written', () => {
    expect(countResults(report, ['lint', 'smoke']).failed).toBe(2);
    expect(countResults(report, ['test']).failed).toBe(1);
    expect(countResults(undefined, []).failed).toBe(1);
    expect(countResults('nonsense', ['test']).failed).toBe(1);
  });

  it('does not count failed tests twice', () => {
    expect(countResults({ ...report, numFailedTests: 4 }, ['test']).failed).toBe(4);
  });
});
