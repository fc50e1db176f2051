import { open, readFile, rename } from 'node:fs/promises';

const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'ENOENT';

/**
 * Replaces a small JSON file so that a reader after a crash finds the old or the new one, never half of either.
 * With `sync: false` a power cut may bring back the old one.
 */
export const writeJsonFile = async (
  path: string,
  value: unknown,
  { sync }: { sync: boolean },
): Promise<void> => {
  const temporary = `${path}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(JSON.stringify(value));
    if (sync) await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
};

/** The file's value, or undefined when it is missing or is not JSON (then it is as if it had never been written). */
export const readJsonFile = async (path: string): Promise<unknown> => {
  try {
    const value: unknown = JSON.parse(await readFile(path, 'utf8'));
    return value;
  } catch (error) {
    if (isMissing(error) || error instanceof SyntaxError) return undefined;
    throw error;
  }
};
