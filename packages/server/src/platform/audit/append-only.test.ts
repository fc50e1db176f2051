import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';

const database = testDatabase();
const changes = [
  "UPDATE audit_entries SET reason = 'x'",
  'DELETE FROM audit_entries',
  'TRUNCATE audit_entries',
];

describe('the table of the audit trail', () => {
  it.each(changes)("lacks the server's own role the right to %s", async (sql) => {
    await expect(database.db.query(sql)).rejects.toMatchObject({ code: '42501' });
  });

  it.each(changes)(
    'refuses %s to a superuser too, whatever its replication role, and says why',
    async (sql) => {
      const superuser = new pg.Client({ connectionString: database.adminConnectionString });
      await superuser.connect();
      try {
        await expect(superuser.query(sql)).rejects.toThrow(/append-only/);
        await superuser.query("SET session_replication_role = 'replica'");
        await expect(superuser.query(sql)).rejects.toThrow(/append-only/);
      } finally {
        await superuser.end();
      }
    },
  );
});
