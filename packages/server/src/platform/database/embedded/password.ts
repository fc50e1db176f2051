import { randomBytes } from 'node:crypto';
import { open, readFile, rename } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const passwordBytes = 32;

/** The password kept in `base`, mode 0600; made on the first start. Throws when it was lost while its cluster was not. */
export const keepPassword = async (base: string, clusterExists: boolean): Promise<string> => {
  const path = join(base, 'password');
  if (existsSync(path)) return (await readFile(path, 'utf8')).trim();
  if (clusterExists) {
    throw new Error(
      `The database's password file ${path} is missing; restore it, or move the directory ${base} away`,
    );
  }
  const password = randomBytes(passwordBytes).toString('base64url');
  // Written apart and renamed: a start killed half-way must not leave an empty password.
  const file = await open(`${path}.new`, 'w', 0o600);
  await file.writeFile(`${password}\n`);
  await file.sync();
  await file.close();
  await rename(`${path}.new`, path);
  return password;
};
