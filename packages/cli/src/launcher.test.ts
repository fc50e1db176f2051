import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const launcherOf = (name: string): string => fileURLToPath(new URL(`../bin/${name}.js`, import.meta.url));
/** The machine's own Node, where it has one; often older than what the sources need. */
const machineNodes = ['/usr/bin/node', '/usr/local/bin/node'].filter((file) => existsSync(file));

describe('the launcher', () => {
  it('runs the command line under this Node and under the machine’s own, and passes the exit code on', () => {
    for (const node of [process.execPath, ...machineNodes])
      for (const [name, wrong] of [
        ['gpushield', ['nodes', 'show']],
        ['gpu-dev', ['disk', 'create']],
      ] as const) {
        const start = (...args: readonly string[]) =>
          spawnSync(node, [launcherOf(name), ...args], {
            cwd: tmpdir(),
            encoding: 'utf8',
            env: { HOME: tmpdir() },
          });
        expect(start('--version').stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
        expect(start(...wrong).status).toBe(2);
      }
  });
});
