// Prints the last line of .ci/run: `node tools/ci/summary.ts <vitest JSON> [failed step…]`.
import { readFileSync } from 'node:fs';
import { countResults } from './count-results.ts';

const [path = '', ...failedSteps] = process.argv.slice(2);

const readReport = (): unknown => {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as unknown;
  } catch {
    return undefined;
  }
};

if (failedSteps.length > 0) console.log(`failed steps: ${failedSteps.join(', ')}`);
const { passed, failed, skipped } = countResults(readReport(), failedSteps);
console.log(`${String(passed)} passed, ${String(failed)} failed, ${String(skipped)} skipped`);
process.exitCode = failed > 0 ? 1 : 0;
