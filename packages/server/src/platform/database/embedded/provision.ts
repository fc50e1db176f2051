import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { quoteIdentifier } from '../identifiers.ts';

/** The role and the database of the server. The role owns its database and is no superuser. */
export const serverRole = 'gpushield';

const exists = async (client: pg.Client, sql: string): Promise<boolean> =>
  ((await client.query(sql, [serverRole])).rowCount ?? 0) > 0;

/** Makes the server's role and database, once for each cluster; safe to repeat after a kill in between. */
export const provision = async (options: {
  base: string;
  adminConnectionString: string;
  password: string;
}): Promise<void> => {
  const mark = join(options.base, 'provisioned');
  if (existsSync(mark)) return;
  const client = new pg.Client({ connectionString: options.adminConnectionString });
  await client.connect();
  try {
    const role = quoteIdentifier(serverRole);
    if (!(await exists(client, 'SELECT 1 FROM pg_roles WHERE rolname = $1'))) {
      await client.query(`CREATE ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(options.password)}`);
    }
    if (!(await exists(client, 'SELECT 1 FROM pg_database WHERE datname = $1'))) {
      await client.query(`CREATE DATABASE ${role} OWNER ${role}`);
    }
  } finally {
    await client.end();
  }
  await writeFile(mark, '', { mode: 0o600 });
};
