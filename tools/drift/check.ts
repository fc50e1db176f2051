import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A file that is generated from code and kept in the repository. */
export interface DriftCheck {
  /** Path from the repository's root. */
  readonly path: string;
  /** The content that the file must have. */
  generate(): string | Promise<string>;
}

/** Where a kept file differs from what would be generated now; undefined if it does not. */
export const findDrift = async (
  root: string,
  { path, generate }: DriftCheck,
): Promise<string | undefined> => {
  const wanted = (await generate()).split('\n');
  const kept = readKept(join(root, path))?.split('\n');
  if (kept === undefined) return `${path} is missing`;
  const length = Math.max(wanted.length, kept.length);
  for (let index = 0; index < length; index += 1) {
    if (wanted[index] !== kept[index]) return `${path}:${String(index + 1)} differs from what the code says`;
  }
  return undefined;
};

/** Writes the file as it is generated now. */
export const writeGenerated = async (root: string, { path, generate }: DriftCheck): Promise<void> => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), await generate());
};

const readKept = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};
