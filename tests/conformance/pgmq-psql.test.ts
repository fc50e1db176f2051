import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testDatabase } from '../../packages/server/src/testing/index.ts';

/*
 * The session of PGMQ's README, statement by statement, as a person types it into psql. Its first statement, CREATE
 * EXTENSION, is for servers that have the extension; here the migrations have put their own SQL in its place.
 */

const test = testDatabase();
const psqlFile = '/usr/bin/psql';
const hasPsql = existsSync(psqlFile);
if (!hasPsql) console.warn(`SKIPPED: ${psqlFile} is not installed, so PGMQ's documented session was not run`);

/** What psql shows, columns aligned, with its complaints; times and their padding made equal. */
const psql = (sql: string): string =>
  execFileSync(psqlFile, ['-X', '-v', 'ON_ERROR_STOP=1', '-d', test.connectionString, '-c', sql], {
    encoding: 'utf8',
    env: { LC_ALL: 'C.UTF-8', PGTZ: 'UTC' },
  })
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00/g, '<time>')
    .replaceAll(/ +/g, ' ')
    .replaceAll(/-{2,}/g, '--');

const header = ' msg_id | read_ct | enqueued_at | last_read_at | vt | message | headers ';

describe.skipIf(!hasPsql)('the documented session of PGMQ in psql', () => {
  it('shows what its README shows', () => {
    expect(psql(`SELECT pgmq.create('my_queue');`)).toBe(' create \n--\n \n(1 row)\n\n');
    const send = (args: string) => psql(`SELECT * from pgmq.send(${args});`);
    expect(send(`queue_name => 'my_queue', msg => '{"foo": "bar1"}'`)).toBe(' send \n--\n 1\n(1 row)\n\n');
    // Its delay is 5 seconds, which it then waits out; a test does not.
    expect(send(`queue_name => 'my_queue', msg => '{"foo": "bar2"}', delay => 0`)).toBe(
      ' send \n--\n 2\n(1 row)\n\n',
    );

    const read = (qty: number) =>
      psql(`SELECT * FROM pgmq.read(queue_name => 'my_queue', vt => 30, qty => ${qty});`);
    const [columns, , ...rows] = read(2).split('\n');
    expect(columns).toBe(header);
    expect(rows).toEqual([
      ' 1 | 1 | <time> | <time> | <time> | {"foo": "bar1"} | ',
      ' 2 | 1 | <time> | <time> | <time> | {"foo": "bar2"} | ',
      '(2 rows)',
      '',
      '',
    ]);
    expect(read(1)).toContain('(0 rows)');
    // It waits until both are visible again.
    psql(`SELECT pgmq.set_vt('my_queue', ARRAY[1, 2], 0)`);

    expect(psql(`SELECT * FROM pgmq.pop('my_queue');`).split('\n')[2]).toBe(
      ' 1 | 1 | <time> | <time> | <time> | {"foo": "bar1"} | ',
    );
    expect(psql(`SELECT pgmq.archive(queue_name => 'my_queue', msg_id => 2);`)).toBe(
      ' archive \n--\n t\n(1 row)\n\n',
    );
    const batch = `ARRAY['{"foo": "bar3"}','{"foo": "bar4"}','{"foo": "bar5"}']::jsonb[]`;
    expect(psql(`SELECT pgmq.send_batch(queue_name => 'my_queue', msgs => ${batch});`)).toBe(
      ' send_batch \n--\n 3\n 4\n 5\n(3 rows)\n\n',
    );
    expect(psql(`SELECT pgmq.archive(queue_name => 'my_queue', msg_ids => ARRAY[3, 4, 5]);`)).toBe(
      ' archive \n--\n 3\n 4\n 5\n(3 rows)\n\n',
    );
    expect(psql('SELECT * FROM pgmq.a_my_queue;').split('\n')).toEqual([
      ' msg_id | read_ct | enqueued_at | last_read_at | archived_at | vt | message | headers ',
      expect.any(String),
      ' 2 | 1 | <time> | <time> | <time> | <time> | {"foo": "bar2"} | ',
      ' 3 | 0 | <time> | | <time> | <time> | {"foo": "bar3"} | ',
      ' 4 | 0 | <time> | | <time> | <time> | {"foo": "bar4"} | ',
      ' 5 | 0 | <time> | | <time> | <time> | {"foo": "bar5"} | ',
      '(4 rows)',
      '',
      '',
    ]);
    expect(psql(`SELECT pgmq.send('my_queue', '{"foo": "bar6"}');`)).toBe(' send \n--\n 6\n(1 row)\n\n');
    expect(psql(`SELECT pgmq.delete('my_queue', 6);`)).toBe(' delete \n--\n t\n(1 row)\n\n');
    expect(psql(`SELECT pgmq.drop_queue('my_queue');`)).toBe(' drop_queue \n--\n t\n(1 row)\n\n');
  });
});
