import { chownSync, existsSync, readdirSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { Binaries } from './binaries.ts';
import { makePrivate } from './placement.ts';
import type { Placement } from './placement.ts';
import { runProcess } from './run-process.ts';

/** The bootstrap superuser, for provisioning and tests; the server itself uses a plain role. */
export const superuser = 'postgres';

// Measured 0.7 s; a slow disk may take a hundred times longer before something must be wrong.
const initdbTimeoutMs = 120_000;

const draftPrefix = 'cluster.new-';

/** Makes the cluster unless there is one. A start that was killed half-way leaves a draft, which is removed. */
export const initialiseCluster = async (options: {
  placement: Placement;
  binaries: Binaries;
  password: string;
}): Promise<{ created: boolean }> => {
  const { base, cluster, account } = options.placement;
  if (existsSync(join(cluster, 'PG_VERSION'))) return { created: false };
  for (const name of readdirSync(base)) {
    if (name.startsWith(draftPrefix)) await rm(join(base, name), { recursive: true, force: true });
  }
  const draft = join(base, `${draftPrefix}${randomUUID()}`);
  makePrivate(draft, account);
  // initdb reads the password from a file only; PostgreSQL's account must be able to open it.
  const passwordFile = `${draft}.password`;
  await writeFile(passwordFile, options.password, { mode: 0o600, flag: 'wx' });
  if (account !== undefined) chownSync(passwordFile, account.uid, account.gid);
  try {
    await runProcess({
      program: options.binaries.initdb,
      args: [
        `--pgdata=${draft}`,
        `--username=${superuser}`,
        `--pwfile=${passwordFile}`,
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--locale=C',
        '--no-sync',
        '--no-instructions',
      ],
      account,
      cwd: draft,
      timeoutMs: initdbTimeoutMs,
    });
    await rename(draft, cluster);
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw error;
  } finally {
    await rm(passwordFile, { force: true });
  }
  return { created: true };
};
