// Compares generated files with the code: `npm run drift`; `npm run drift -- --write` writes them anew.
import { join } from 'node:path';
import { findDrift, writeGenerated } from './drift/check.ts';
import { checks } from './drift/checks.ts';

const root = join(import.meta.dirname, '..');

if (process.argv.includes('--write')) {
  for (const check of checks) await writeGenerated(root, check);
} else {
  const drift = (await Promise.all(checks.map((check) => findDrift(root, check)))).filter(
    (found) => found !== undefined,
  );
  for (const found of drift) console.log(`${found}; run: npm run drift -- --write`);
  console.log(`drift: ${String(drift.length)} found in ${String(checks.length)} generated files`);
  process.exitCode = drift.length > 0 ? 1 : 0;
}
