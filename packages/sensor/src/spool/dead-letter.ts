import { appendFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SpoolEntry } from './entry.ts';

/** Two files of this size are kept at most. */
export const maxDeadLetterBytes = 4 * 1024 * 1024;

/** Keeps what the server refused for good, one JSON object a line, for a person to look at. Never rejects. */
export const createDeadLetter = ({ stateDir, now }: { stateDir: string; now: () => Date }) => {
  const path = join(stateDir, 'dead-letter.jsonl');
  return {
    path,
    put: async (entries: readonly SpoolEntry[], reason: string): Promise<boolean> => {
      try {
        const size = await stat(path).then(
          (stats) => stats.size,
          () => 0,
        );
        if (size > maxDeadLetterBytes) await rename(path, `${path}.1`);
        const at = now().toISOString();
        const lines = entries.map((entry) => `${JSON.stringify({ at, reason, ...entry })}\n`);
        await appendFile(path, lines.join(''), { mode: 0o600 });
        return true;
      } catch {
        return false;
      }
    },
  };
};
export type DeadLetter = ReturnType<typeof createDeadLetter>;
