import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../../../../..');
/** Beside the project; a worktree stands one folder deeper. */
const script = ['../shared', '../../shared']
  .map((folder) => join(root, folder, 'peers/ollama'))
  .find((path) => existsSync(path));
const startTimeoutMs = 120_000;

export interface RealOllama {
  readonly url: string;
  stop(): void;
}

/** A real Ollama with the model `tiny`, where the peers of our workshop are beside the project; else undefined, said loudly. */
export const realOllama = (): RealOllama | undefined => {
  if (script === undefined) {
    process.stderr.write('NOT TESTED: the gateway before a real Ollama (no ../shared/peers/ollama here)\n');
    return undefined;
  }
  const directory = mkdtempSync(join(tmpdir(), 'gpushield-ollama-'));
  try {
    const output = execFileSync(script, ['up', directory], { encoding: 'utf8', timeout: startTimeoutMs });
    const url = /OLLAMA_BASE_URL=(\S+)/.exec(output)?.[1];
    if (url === undefined) throw new Error(output);
    return {
      url,
      stop: () => {
        execFileSync(script, ['down', directory], { timeout: startTimeoutMs });
      },
    };
  } catch (error) {
    process.stderr.write(
      `NOT TESTED: the gateway before a real Ollama (it did not start: ${String(error)})\n`,
    );
    return undefined;
  }
};
