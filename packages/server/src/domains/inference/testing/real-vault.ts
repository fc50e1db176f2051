import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../../../..');
/** Beside the project; a worktree stands one folder deeper. */
const script = ['../shared', '../../shared']
  .map((folder) => join(root, folder, 'peers/vault'))
  .find((path) => existsSync(path));
const timeout = 120_000;

export interface RealVault {
  readonly address: string;
  readonly rootToken: string;
  /** Vault's own command line, as root. */
  cli(...args: readonly string[]): string;
  /** Ends the server; `start` brings it up again at the same address. */
  stop(): void;
  start(...how: readonly 'sealed'[]): void;
  down(): void;
}

/** A real Vault, where the peers of our workshop are beside the project; else undefined, said loudly. */
export const realVault = (): RealVault | undefined => {
  if (script === undefined) {
    process.stderr.write('NOT TESTED: keys from a real Vault (no ../shared/peers/vault here)\n');
    return undefined;
  }
  const directory = mkdtempSync(join(tmpdir(), 'gpushield-vault-'));
  const run = (...args: readonly string[]): string =>
    execFileSync(script, args, { encoding: 'utf8', timeout, stdio: ['ignore', 'pipe', 'pipe'] });
  try {
    const output = run('up', directory);
    const address = /VAULT_ADDR=(\S+)/.exec(output)?.[1];
    const rootToken = /VAULT_TOKEN=(\S+)/.exec(output)?.[1];
    if (address === undefined || rootToken === undefined) throw new Error(output);
    return {
      address,
      rootToken,
      cli: (...args) => run('cli', directory, ...args).trim(),
      stop: () => void run('stop', directory),
      start: (...how) => void run('start', directory, ...how),
      down: () => void run('down', directory),
    };
  } catch (error) {
    process.stderr.write(`NOT TESTED: keys from a real Vault (it did not start: ${String(error)})\n`);
    return undefined;
  }
};
