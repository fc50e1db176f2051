import { readFileSync } from 'node:fs';
import { parse } from 'dotenv';

/**
 * The variables of a `.env` file, or none if there is no such file. The real environment wins over them:
 * `loadConfig({ ...readEnvFile('.env'), ...process.env }, …)`. Errors: those of the file system, other than ENOENT.
 */
export const readEnvFile = (path: string): Readonly<Record<string, string>> => {
  try {
    return parse(readFileSync(path));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
};
