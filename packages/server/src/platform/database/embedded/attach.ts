import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseLog } from '../log.ts';
import { connectionString } from './connection-string.ts';
import { keepPassword } from './password.ts';
import { place } from './placement.ts';
import { readPostmasterFile } from './postmaster-file.ts';
import { serverRole } from './provision.ts';
import { socketPort } from './server-settings.ts';

/**
 * The address of the PostgreSQL that a running server keeps in `dataDir`, for a command that only reads beside it.
 * Starts and stops nothing. Errors: `Error` when there is none.
 */
export const attachEmbeddedPostgres = async (options: {
  readonly dataDir: string;
  readonly log: DatabaseLog;
}): Promise<string> => {
  const { base, cluster, socketDirectory } = place(options.dataDir, options.log);
  const running = await readPostmasterFile(cluster);
  if (running === undefined) throw new Error(`No PostgreSQL runs in ${options.dataDir}`);
  const password = await keepPassword(base, existsSync(join(cluster, 'PG_VERSION')));
  const port = socketDirectory === undefined ? running.port : socketPort;
  return connectionString(serverRole, password, serverRole, { host: socketDirectory ?? '127.0.0.1', port });
};
