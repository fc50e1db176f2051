import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../packages/server/src/testing/index.ts';

/* What PGMQ 1.13 documents of each function: signatures, result columns, and what its errors say. */

const test = testDatabase();
let client: pg.Client;
let other: pg.Client;

beforeAll(async () => {
  client = new pg.Client({ connectionString: test.connectionString });
  other = new pg.Client({ connectionString: test.connectionString });
  await Promise.all([client.connect(), other.connect()]);
});
afterAll(async () => {
  await Promise.all([client.end(), other.end()]);
});

const rows = async (sql: string, on = client): Promise<unknown[][]> =>
  (await on.query<unknown[]>({ text: sql, rowMode: 'array' })).rows;
const values = async (sql: string, on = client) => (await rows(sql, on)).map(([first]) => Number(first));
const message = async (sql: string): Promise<string> => {
  try {
    await client.query(sql);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error(`It went through: ${sql}`);
};
const grouped = async (queue: string, groups: readonly string[]) => {
  await client.query(`SELECT pgmq.create('${queue}')`);
  for (const group of groups) {
    const headers = group === '' ? 'NULL' : `'{"x-pgmq-group": "${group}"}'`;
    await client.query(`SELECT pgmq.send('${queue}', '1', ${headers}::jsonb)`);
  }
};

describe('the functions of PGMQ 1.13', () => {
  it('have the documented signatures and results', async () => {
    const documented = [
      'archive(queue_name text, msg_id bigint) boolean',
      'archive(queue_name text, msg_ids bigint[]) SETOF bigint',
      'bind_topic(pattern text, queue_name text) void',
      `convert_archive_partitioned(table_name text, partition_interval text DEFAULT '10000'::text, retention_interval text DEFAULT '100000'::text, leading_partition integer DEFAULT 10) void`,
      'create(queue_name text) void',
      'create_fifo_index(queue_name text) void',
      'create_fifo_indexes_all() void',
      'create_non_partitioned(queue_name text) void',
      `create_partitioned(queue_name text, partition_interval text DEFAULT '10000'::text, retention_interval text DEFAULT '100000'::text, premake integer DEFAULT 4) void`,
      'create_unlogged(queue_name text) void',
      'delete(queue_name text, msg_id bigint) boolean',
      'delete(queue_name text, msg_ids bigint[]) SETOF bigint',
      'detach_archive(queue_name text) void',
      'disable_notify_insert(queue_name text) void',
      'drop_queue(queue_name text) boolean',
      'drop_queue(queue_name text, partitioned boolean) boolean',
      'enable_notify_insert(queue_name text, throttle_interval_ms integer DEFAULT 250) void',
      'list_notify_insert_throttles() TABLE(queue_name text, throttle_interval_ms integer, last_notified_at timestamp with time zone)',
      'list_queues() SETOF pgmq.queue_record',
      'list_topic_bindings() TABLE(pattern text, queue_name text, bound_at timestamp with time zone, compiled_regex text)',
      'list_topic_bindings(queue_name text) TABLE(pattern text, queue_name text, bound_at timestamp with time zone, compiled_regex text)',
      'metrics(queue_name text) pgmq.metrics_result',
      'metrics_all() SETOF pgmq.metrics_result',
      'pop(queue_name text, qty integer DEFAULT 1) SETOF pgmq.message_record',
      'purge_queue(queue_name text) bigint',
      `read(queue_name text, vt integer, qty integer, conditional jsonb DEFAULT '{}'::jsonb) SETOF pgmq.message_record`,
      `read_with_poll(queue_name text, vt integer, qty integer, max_poll_seconds integer DEFAULT 5, poll_interval_ms integer DEFAULT 100, conditional jsonb DEFAULT '{}'::jsonb) SETOF pgmq.message_record`,
      ...['', '_rr', '_head'].flatMap((way) => [
        `read_grouped${way}(queue_name text, vt integer, qty integer) SETOF pgmq.message_record`,
        `read_grouped${way}_with_poll(queue_name text, vt integer, qty integer, max_poll_seconds integer DEFAULT 5, poll_interval_ms integer DEFAULT 100) SETOF pgmq.message_record`,
      ]),
      ...[
        '',
        ', headers jsonb',
        ', delay integer',
        ', delay timestamp with time zone',
        ', headers jsonb, delay integer',
        ', headers jsonb, delay timestamp with time zone',
      ].flatMap((more) => [
        `send(queue_name text, msg jsonb${more}) SETOF bigint`,
        `send_batch(queue_name text, msgs jsonb[]${more.replace('headers jsonb', 'headers jsonb[]')}) SETOF bigint`,
        `send_batch_topic(routing_key text, msgs jsonb[]${more.replace('headers jsonb', 'headers jsonb[]')}) TABLE(queue_name text, msg_id bigint)`,
      ]),
      'send_topic(routing_key text, msg jsonb) integer',
      'send_topic(routing_key text, msg jsonb, delay integer) integer',
      'send_topic(routing_key text, msg jsonb, headers jsonb, delay integer) integer',
      'set_vt(queue_name text, msg_id bigint, vt integer) SETOF pgmq.message_record',
      'set_vt(queue_name text, msg_id bigint, vt timestamp with time zone) SETOF pgmq.message_record',
      'set_vt(queue_name text, msg_ids bigint[], vt integer) SETOF pgmq.message_record',
      'set_vt(queue_name text, msg_ids bigint[], vt timestamp with time zone) SETOF pgmq.message_record',
      'test_routing(routing_key text) TABLE(pattern text, queue_name text, compiled_regex text)',
      'unbind_topic(pattern text, queue_name text) boolean',
      'update_notify_insert(queue_name text, throttle_interval_ms integer) void',
      'validate_queue_name(queue_name text) void',
      'validate_routing_key(routing_key text) boolean',
      'validate_topic_pattern(pattern text) boolean',
    ];
    const found = await rows(
      `SELECT proname || '(' || pg_get_function_arguments(oid) || ') ' || pg_get_function_result(oid)
         FROM pg_proc WHERE pronamespace = 'pgmq'::regnamespace`,
    );
    expect(documented.filter((each) => !found.flat().includes(each))).toEqual([]);
  });

  it('belong to the role that owns the database, which is no superuser', async () => {
    expect(await rows(`SELECT rolsuper FROM pg_roles WHERE rolname = current_user`)).toEqual([[false]]);
    expect(await rows(`SELECT source, pgmq_version FROM queue_installation`)).toEqual([
      ['gpushield', '1.13.0'],
    ]);
  });

  it('read what matches a condition, within what is visible, in the order of ids', async () => {
    await client.query(
      `SELECT pgmq.create('cond'); SELECT pgmq.send('cond', jsonb_build_object('n', n, 'odd', n % 2 = 1)) FROM generate_series(1, 6) n`,
    );
    expect(await values(`SELECT msg_id FROM pgmq.read('cond', 0, 2, '{"odd": true}')`)).toEqual([1, 3]);
    expect(await values(`SELECT msg_id FROM pgmq.read('cond', 60, 9, '{"odd": true}')`)).toEqual([1, 3, 5]);
    expect(await values(`SELECT msg_id FROM pgmq.pop('cond', 2)`)).toEqual([2, 4]);
    expect(await values(`SELECT msg_id FROM pgmq.read_with_poll('cond', 60, 9, 1, 10)`)).toEqual([6]);
    expect(await values(`SELECT msg_id FROM pgmq.read_with_poll('cond', 60, 9, 1, 10)`)).toEqual([]);
    expect(
      await values(`SELECT msg_id FROM pgmq.set_vt('cond', ARRAY[1, 5], now() - interval '1 s')`),
    ).toEqual([1, 5]);
    expect(await values(`SELECT msg_id FROM pgmq.read('cond', 0, 9)`)).toEqual([1, 5]);
  });

  it('never give one message to two readers at once', async () => {
    await client.query(
      `SELECT pgmq.create('race'); SELECT pgmq.send_batch('race', array_agg(to_jsonb(n))) FROM generate_series(1, 300) n`,
    );
    const pool = new pg.Pool({ connectionString: test.connectionString, max: 6 });
    const reads = await Promise.all(
      Array.from({ length: 60 }, () =>
        pool.query<{ msg_id: string }>(`SELECT msg_id FROM pgmq.read('race', 60, 7)`),
      ),
    );
    await pool.end();
    const ids = reads.flatMap((each) => each.rows.map(({ msg_id }) => msg_id));
    expect(ids).toHaveLength(300);
    expect(new Set(ids).size).toBe(300);
  });

  it('read a group in its order: filled, round robin, heads', async () => {
    await grouped('groups', ['a', 'a', 'b', '', 'a', 'b']);
    expect(await values(`SELECT msg_id FROM pgmq.read_grouped('groups', 0, 4)`)).toEqual([1, 2, 5, 3]);
    expect(await values(`SELECT msg_id FROM pgmq.read_grouped_rr('groups', 0, 5)`)).toEqual([1, 3, 4, 2, 6]);
    expect(await values(`SELECT msg_id FROM pgmq.read_grouped_head('groups', 60, 9)`)).toEqual([1, 3, 4]);
    for (const way of ['', '_rr', '_head']) {
      expect(await values(`SELECT msg_id FROM pgmq.read_grouped${way}('groups', 60, 9)`)).toEqual([]);
      expect(
        await values(`SELECT msg_id FROM pgmq.read_grouped${way}_with_poll('groups', 60, 9, 0, 10)`),
      ).toEqual([]);
    }
    await client.query(`SELECT pgmq.delete('groups', 1)`);
    expect(await values(`SELECT msg_id FROM pgmq.read_grouped_with_poll('groups', 60, 1)`)).toEqual([2]);
    // The default group and b have their heads taken still; a has 5 behind 2.
    expect(await values(`SELECT msg_id FROM pgmq.read_grouped('groups', 60, 9)`)).toEqual([]);
    await client.query(`SELECT pgmq.create_fifo_index('groups'), pgmq.create_fifo_indexes_all()`);
  });

  it('give a group to one reader at a time, though its transaction is open', async () => {
    await grouped('held', ['a', 'a', 'b']);
    await client.query('BEGIN');
    expect(await values(`SELECT msg_id FROM pgmq.read_grouped_head('held', 60, 1)`)).toEqual([1]);
    expect(await values(`SELECT msg_id FROM pgmq.read_grouped('held', 60, 9)`, other)).toEqual([3]);
    await client.query('COMMIT');
    expect(await values(`SELECT msg_id FROM pgmq.read_grouped('held', 60, 9)`, other)).toEqual([]);
  });

  it('notify of inserts on pgmq.q_<name>.INSERT, as often as the throttle lets them', async () => {
    await client.query(`SELECT pgmq.create('loud'), pgmq.enable_notify_insert('loud', 0)`);
    const heard: string[] = [];
    other.on('notification', ({ channel, payload }) => heard.push(`${channel} ${payload ?? ''}`));
    await other.query('LISTEN "pgmq.q_loud.INSERT"');
    const send = async () => {
      await client.query(`SELECT pgmq.send('loud', '1')`);
      await other.query('SELECT 1');
    };
    await send();
    await send();
    expect(heard).toEqual(['pgmq.q_loud.INSERT ', 'pgmq.q_loud.INSERT ']);
    await client.query(`SELECT pgmq.update_notify_insert('loud', 3600000)`);
    await send();
    await send();
    expect(heard).toHaveLength(3);
    expect(
      await rows(`SELECT queue_name, throttle_interval_ms FROM pgmq.list_notify_insert_throttles()`),
    ).toEqual([['loud', 3_600_000]]);
    await client.query(`SELECT pgmq.disable_notify_insert('loud')`);
    await send();
    expect(heard).toHaveLength(3);
    await other.query('UNLISTEN *');
    expect(await message(`SELECT pgmq.enable_notify_insert('loud', -1)`)).toBe(
      'throttle_interval_ms must be non-negative',
    );
    expect(await message(`SELECT pgmq.enable_notify_insert('none')`)).toBe(
      'Queue "none" does not exist. Create it first using pgmq.create()',
    );
    expect(await message(`SELECT pgmq.update_notify_insert('loud', 1)`)).toBe(
      'Queue "loud" does not have notify_insert enabled. Enable it first using pgmq.enable_notify_insert()',
    );
  });

  it('route topics: * is one segment, # any number; bindings go with their queue', async () => {
    await client.query(`SELECT pgmq.create('all_logs'), pgmq.create('error_logs');
      SELECT pgmq.bind_topic('logs.#', 'all_logs'), pgmq.bind_topic('#', 'all_logs'), pgmq.bind_topic('logs.*.error', 'error_logs');
      SELECT pgmq.bind_topic('logs.*.error', 'error_logs')`);
    const routed = async (key: string) =>
      (await rows(`SELECT DISTINCT queue_name FROM pgmq.test_routing('${key}') ORDER BY 1`)).flat();
    expect(await routed('logs.api.error')).toEqual(['all_logs', 'error_logs']);
    expect(await routed('logs.api.v2.error')).toEqual(['all_logs']);
    expect(await routed('logs')).toEqual(['all_logs']);
    expect(await rows(`SELECT pattern, compiled_regex FROM pgmq.test_routing('logs.api.error')`)).toEqual([
      ['#', '^.*$'],
      ['logs.#', '^logs\\..*$'],
      ['logs.*.error', '^logs\\.[^.]+\\.error$'],
    ]);
    expect(await values(`SELECT pgmq.send_topic('logs.api.error', '{"a": 1}')`)).toEqual([2]);
    expect(await values(`SELECT pgmq.send_topic('logs.api.error', '{"a": 1}', '{"h": 1}', 5)`)).toEqual([2]);
    expect(
      await rows(
        `SELECT queue_name, msg_id::int FROM pgmq.send_batch_topic('logs.db.error', ARRAY['1', '2']::jsonb[])`,
      ),
    ).toEqual([
      ['all_logs', 3],
      ['all_logs', 4],
      ['error_logs', 3],
      ['error_logs', 4],
    ]);
    expect(
      await rows(`SELECT pgmq.unbind_topic('#', 'all_logs'), pgmq.unbind_topic('#', 'all_logs')`),
    ).toEqual([[true, false]]);
    expect(await values(`SELECT pgmq.send_topic('other', '1')`)).toEqual([0]);
    await client.query(`SELECT pgmq.drop_queue('error_logs')`);
    expect(await rows('SELECT pattern, queue_name FROM pgmq.list_topic_bindings()')).toEqual([
      ['logs.#', 'all_logs'],
    ]);
    expect(await rows(`SELECT pattern FROM pgmq.list_topic_bindings('all_logs')`)).toEqual([['logs.#']]);
  });

  it('refuse in the words of the extension', async () => {
    await client.query(`SELECT pgmq.create('refusing')`);
    const cases: readonly (readonly [string, RegExp])[] = [
      [`SELECT pgmq.create('a$b')`, /^queue name contains invalid characters: \$, ;, --, or /],
      [`SELECT pgmq.create('a--b')`, /^queue name contains invalid characters/],
      [`SELECT pgmq.create('a''b')`, /^queue name contains invalid characters/],
      [`SELECT pgmq.create(repeat('x', 48))`, /^queue name is too long, maximum length is 47 characters$/],
      [`SELECT pgmq.create_partitioned('p')`, /^pg_partman is required for partitioned queues$/],
      [
        `SELECT pgmq.convert_archive_partitioned('refusing')`,
        /^pg_partman is required for partitioned queues$/,
      ],
      [`SELECT pgmq.send_batch('refusing', ARRAY[]::jsonb[])`, /^msgs cannot be NULL or empty$/],
      [`SELECT pgmq.send_batch('refusing', NULL::jsonb[])`, /^msgs cannot be NULL or empty$/],
      [
        `SELECT pgmq.send_batch('refusing', ARRAY['1', '2']::jsonb[], ARRAY['{}']::jsonb[])`,
        /^headers array length \(1\) must match msgs array length \(2\)$/,
      ],
      [
        `SELECT pgmq.send_batch('refusing', ARRAY['1']::jsonb[], ARRAY[]::jsonb[])`,
        /^headers array length \(0\) must match/,
      ],
      [
        `SELECT pgmq.bind_topic('a.b', 'none')`,
        /^Queue "none" does not exist\. Create the queue first using pgmq\.create\(\)$/,
      ],
      [`SELECT pgmq.bind_topic('', 'refusing')`, /^pattern cannot be NULL or empty$/],
      [
        `SELECT pgmq.bind_topic('a..b', 'refusing')`,
        /^pattern cannot contain consecutive dots\. Got: a\.\.b$/,
      ],
      [`SELECT pgmq.bind_topic('a.**', 'refusing')`, /^pattern cannot contain consecutive stars/],
      [`SELECT pgmq.bind_topic('a.##', 'refusing')`, /^pattern cannot contain consecutive hashes/],
      [`SELECT pgmq.bind_topic('a.*#', 'refusing')`, /^pattern cannot contain adjacent wildcards/],
      [`SELECT pgmq.bind_topic('a!', 'refusing')`, /^pattern contains invalid characters/],
      [`SELECT pgmq.send_topic('', '1')`, /^routing_key cannot be NULL or empty$/],
      [`SELECT pgmq.send_topic(NULL, '1')`, /^routing_key cannot be NULL or empty$/],
      [`SELECT pgmq.send_topic('.a', '1')`, /^routing_key cannot start with a dot\. Got: \.a$/],
      [`SELECT pgmq.send_topic('a.', '1')`, /^routing_key cannot end with a dot\. Got: a\.$/],
      [`SELECT pgmq.send_topic('a.*', '1')`, /^routing_key contains invalid characters/],
      [
        `SELECT pgmq.send_topic(repeat('a', 256), '1')`,
        /^routing_key length cannot exceed 255 characters, got 256 characters$/,
      ],
      [`SELECT pgmq.send_topic('a', NULL)`, /^msg cannot be NULL$/],
      [`SELECT pgmq.send_topic('a', '1', -1)`, /^delay cannot be negative, got: -1$/],
    ];
    for (const [sql, expected] of cases) expect(await message(sql), sql).toMatch(expected);
  });

  it('let any number of sessions create one queue at once', async () => {
    const pool = new pg.Pool({ connectionString: test.connectionString, max: 6 });
    await Promise.all(Array.from({ length: 12 }, () => pool.query(`SELECT pgmq.create('together')`)));
    await pool.end();
    expect(await values(`SELECT count(*) FROM pgmq.list_queues() WHERE queue_name = 'together'`)).toEqual([
      1,
    ]);
  });
});
