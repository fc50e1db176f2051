import type { DriftCheck } from './check.ts';
import { renderPythonSdk, renderTypeScriptSdk } from './sdks.ts';
import { renderConfigurationReference, renderEnvExample } from './configuration.ts';

/** Every generated file of the repository. To add one, add a line. */
export const checks: readonly DriftCheck[] = [
  { path: 'docs/reference/configuration.md', generate: renderConfigurationReference },
  { path: '.env.example', generate: renderEnvExample },
  { path: 'packages/sdk/src/operations.generated.ts', generate: renderTypeScriptSdk },
  { path: 'sdks/python/gpushield/_operations.py', generate: renderPythonSdk },
];
