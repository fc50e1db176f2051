import type { DriftCheck } from './check.ts';
import { renderConfigurationReference, renderEnvExample } from './configuration.ts';

/** Every generated file of the repository. To add one, add a line. */
export const checks: readonly DriftCheck[] = [
  { path: 'docs/reference/configuration.md', generate: renderConfigurationReference },
  { path: '.env.example', generate: renderEnvExample },
];
