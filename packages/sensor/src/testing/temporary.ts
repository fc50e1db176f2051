import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A directory of its own for one test; `remove` it afterwards. */
export const temporaryDirectory = async (): Promise<{ path: string; remove: () => Promise<void> }> => {
  const path = await mkdtemp(join(tmpdir(), 'gpushield-sensor-'));
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
};

/** Writes files by relative path below `root`. */
export const writeTree = async (
  root: string,
  files: Readonly<Record<string, string | Buffer>>,
): Promise<void> => {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
};
