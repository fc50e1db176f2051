import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../testing/index.ts';
import { fileCluster, fileNodes, type FileCluster } from '../../../testing/reservations/file-runtime.ts';
import { killableProcessor, type Killable } from '../../../testing/reservations/killable.ts';
import { hasSandbox } from '../../../testing/reservations/life-stage.ts';
import { reservationsStage, type Person, type Stage } from '../../../testing/reservations/stage.ts';
import { putCapacity } from '../cluster-store.ts';

const database = testDatabase();
const kills = 20;
const jobs = 500;
/** What a dead worker held is looked at again after half a minute. */
const patience = { timeout: 150_000, interval: 200 };
let stage: Stage;
let cluster: FileCluster;
let directory = '';
let processor: Killable;

beforeAll(async () => {
  if (!hasSandbox) return;
  directory = mkdtempSync(join(tmpdir(), 'gpushield-killed-'));
  cluster = fileCluster(directory);
  processor = killableProcessor(database.connectionString, directory);
  stage = await reservationsStage(database);
  await putCapacity(database.db, 'local', { nodes: fileNodes, observedAtMs: Date.now() });
});
afterAll(async () => {
  if (!hasSandbox) return;
  await processor.end('SIGTERM');
  await stage.close();
  rmSync(directory, { recursive: true, force: true });
});

const pick = <T>(from: readonly T[]): T => {
  const one = from[Math.floor(Math.random() * from.length)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
};
/** Asks for all kinds of things, some of which cannot be had at this moment; answers how many jobs there are. */
const askAtRandom = async (person: Person, count: number): Promise<void> => {
  const mine: string[] = [];
  for (let n = 0; n < count; n += 1) {
    const disk = Math.random() < 0.3 ? { disk_name: `disk-${String(Math.floor(Math.random() * 4))}` } : {};
    const kind = pick([
      { gpu_type: 'h100', gpu_count: pick([1, 1, 2, 3, 4, 8]) },
      { gpu_type: 'h100', gpu_count: pick([4, 8]), nodes: pick([2, 3]) },
      { gpu_type: 'h100-mig-1g', gpu_count: 1 },
      { gpu_type: 'cpu-x86' },
    ]);
    // Who is there to be logged in to must be cancelled to end.
    const command = Math.random() < 0.85 ? { command: 'train' } : {};
    const body = { instance_type: kind.gpu_type, duration_hours: 1, ...kind, ...command, ...disk };
    const answer = await person.send('POST', '/v1/jobs/submit', body);
    if (answer.status === 200) mine.push(String(answer.json()['job_id']));
    else {
      expect(answer.json(), answer.text).toMatchObject({ code: 'disk_in_use' });
      n -= 1;
      await sleep(20);
    }
    if (mine.length > 0 && Math.random() < 0.15) await person.send('POST', `/v1/jobs/${pick(mine)}/cancel`);
    if (mine.length > 0 && Math.random() < 0.1)
      await person.send('POST', `/v1/jobs/${pick(mine)}/extend`, { extension_hours: 1 });
    if (Math.random() < 0.1) {
      const name = `disk-${String(Math.floor(Math.random() * 4))}`;
      await person.send('POST', `/v1/disks/${name}/clone`, { new_name: `copy-${String(n)}` });
      await person.send('DELETE', `/v1/disks/${name}`);
    }
  }
};

/** What the rows give away at this moment: never more than a node has, and no device twice. */
const checkAllocations = async (): Promise<void> => {
  const { rows } = await database.db.query<{ node: string; units: number; ids: string[] }>(
    `SELECT node, sum(units)::int AS units, array_agg(DISTINCT id) FILTER (WHERE id IS NOT NULL) AS ids
       FROM (SELECT node, units, NULL AS id FROM job_allocations
             UNION ALL SELECT node, 0, unnest(device_ids) FROM job_allocations) a GROUP BY node`,
  );
  for (const { node, units, ids } of rows) {
    const pool = fileNodes.find(({ name }) => name === node)?.pools[0];
    expect({ node, units: Math.min(units, pool?.total ?? -1) }).toEqual({ node, units });
    if (pool?.deviceIds !== null) expect({ node, devices: ids.length }).toEqual({ node, devices: units });
  }
};

describe.skipIf(!hasSandbox)('a processor that is killed again and again', () => {
  it('orphans nothing, runs nothing twice, and never gives a device to two', async () => {
    const people = await Promise.all(Array.from({ length: 5 }, () => stage.person('researcher')));
    const asking = Promise.all(people.map((person) => askAtRandom(person, jobs / people.length)));
    let askedAll = false;
    void asking.then(() => (askedAll = true));
    for (let n = 0; n < kills; n += 1) {
      await processor.start();
      // At any line: some are killed right after their start, some well under way.
      await sleep(Math.random() * 900);
      await checkAllocations();
      await processor.end('SIGKILL');
      await checkAllocations();
    }
    await processor.start();
    await asking;
    expect(askedAll).toBe(true);
    const interactive = `UPDATE jobs SET cancel_requested_at = now(), due_at = now()
        WHERE released_at IS NULL AND command IS NULL AND cancel_requested_at IS NULL`;
    const open = async () => {
      await checkAllocations();
      await database.db.query(interactive);
      const { rows } = await database.db.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM jobs WHERE released_at IS NULL',
      );
      return rows[0]?.n;
    };
    await expect.poll(open, patience).toBe(0);
    const busy = async () => {
      const { rows } = await database.db.query(
        `SELECT 'operation' AS what, action AS of, status FROM disk_operations WHERE status IN ('pending', 'running')
           UNION ALL SELECT 'snapshot', status_detail, status FROM disk_snapshots WHERE status IN ('creating', 'deleting')
           UNION ALL SELECT 'disk', status_detail, status FROM disks WHERE status = 'creating'`,
      );
      return rows;
    };
    await expect.poll(busy, patience).toEqual([]);
    await processor.end('SIGTERM');

    expect(cluster.violations()).toEqual([]);
    expect({ work: cluster.left.workloads(), devices: cluster.left.devices() }).toEqual({
      work: [],
      devices: [],
    });
    const all = await database.db.query<{
      id: string;
      status: string;
      started: boolean;
      ledger: number;
      kept: number;
    }>(
      `SELECT id, status, started_at IS NOT NULL AS started,
                (SELECT count(*)::int FROM job_logs l WHERE l.job_id = j.id) AS kept,
                (SELECT count(*)::int FROM job_events e WHERE e.job_id = j.id AND e.status = 'active') AS ledger
           FROM jobs j`,
    );
    expect(all.rows).toHaveLength(jobs);
    expect(all.rows.filter(({ status }) => !['expired', 'cancelled'].includes(status))).toEqual([]);
    // Became active once at most, and whoever did was really started.
    expect(all.rows.filter(({ ledger, started }) => ledger !== (started ? 1 : 0))).toEqual([]);
    const ever = new Set(cluster.started());
    expect(all.rows.filter(({ id, started }) => started && !ever.has(id))).toEqual([]);
    expect(all.rows.filter(({ status, started }) => status === 'expired' && !started)).toEqual([]);

    const disks = await database.db.query<{ id: string; job_id: string | null; snapshots: string[] | null }>(
      `SELECT id, job_id, (SELECT array_agg(s.id ORDER BY s.id) FROM disk_snapshots s WHERE s.disk_id = d.id) AS snapshots
           FROM disks d WHERE purged_at IS NULL`,
    );
    expect(disks.rows.filter(({ job_id: jobId }) => jobId !== null)).toEqual([]);
    expect([...cluster.left.disks()].sort()).toEqual(disks.rows.map(({ id }) => id).sort());
    for (const { id, snapshots } of disks.rows)
      expect({ id, there: [...cluster.snapshotsOf(id)].sort() }).toEqual({ id, there: snapshots ?? [] });
    // Nothing was given up on.
    const dead = await database.db
      .query(`SELECT FROM pgmq.q_gpu_reservations_dead LIMIT 1`)
      .catch(() => ({ rows: [] }));
    expect(dead.rows).toEqual([]);
  }, 400_000);
});
