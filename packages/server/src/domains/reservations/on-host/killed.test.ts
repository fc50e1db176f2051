import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../testing/index.ts';
import { killableProcessor, type Killable } from '../../../testing/reservations/killable.ts';
import { hasSandbox } from '../../../testing/reservations/life-stage.ts';
import { reservationsStage, type Person, type Stage } from '../../../testing/reservations/stage.ts';

const database = testDatabase();
const kills = 8;
const jobs = 24;
const patience = { timeout: 120_000, interval: 200 };
let stage: Stage;
let processor: Killable;
let directory = '';

describe.skipIf(!hasSandbox)('a processor of this host that is killed again and again', () => {
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'gpushield-killed-'));
    stage = await reservationsStage(database);
    processor = killableProcessor(database.connectionString, directory, 'host');
  });
  afterAll(async () => {
    await processor.end('SIGTERM');
    await stage.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const namesIn = (name: string): readonly string[] =>
    existsSync(join(directory, name)) ? readdirSync(join(directory, name)) : [];
  /** Host processes that belong to a job of this test. */
  const processes = (): readonly string[] =>
    readdirSync('/proc').filter((pid) => {
      if (!/^\d+$/.test(pid)) return false;
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(`gpushield-job\0${directory}/`);
      } catch {
        return false;
      }
    });
  const submit = async (person: Person, n: number): Promise<string> => {
    const disk_name = `disk-${String(n % 6)}`;
    const command = `echo ran; echo $RESERVATION_ID >> runs; sleep 0.${String(n % 10)}`;
    for (;;) {
      const answer = await person.send('POST', '/v1/jobs/submit', {
        instance_type: 'cpu-x86',
        command,
        disk_name,
      });
      if (answer.status === 200) return String(answer.json()['job_id']);
      expect(answer.json(), answer.text).toMatchObject({ code: 'disk_in_use' });
      await sleep(100);
    }
  };

  it('runs every job once, and leaves no process, no directory and no disk behind that is not whole', async () => {
    const person = await stage.person('researcher');
    const submitting = (async () => {
      const ids: string[] = [];
      for (let n = 0; n < jobs; n += 1) ids.push(await submit(person, n));
      return ids;
    })();
    for (let n = 0; n < kills; n += 1) {
      await processor.start();
      await sleep(200 + Math.random() * 1_500);
      await processor.end('SIGKILL');
    }
    await processor.start();
    const ids = await submitting;
    const open = async () => {
      const { rows } = await database.db.query<{ n: number }>(
        'SELECT count(*)::int AS n FROM jobs WHERE released_at IS NULL',
      );
      return rows[0]?.n;
    };
    await expect.poll(open, patience).toBe(0);
    const { rows } = await database.db.query<{ id: string; status: string; text: string; starts: number }>(
      `SELECT j.id, j.status, l.text,
                (SELECT count(*)::int FROM job_events e WHERE e.job_id = j.id AND e.status = 'active') AS starts
           FROM jobs j LEFT JOIN job_logs l ON l.job_id = j.id`,
    );
    expect(rows.map(({ id }) => id).sort()).toEqual([...ids].sort());
    for (const row of rows) expect(row).toEqual({ id: row.id, status: 'expired', text: 'ran\n', starts: 1 });
    await processor.end('SIGTERM');
    expect({ processes: processes(), jobs: namesIn('jobs') }).toEqual({ processes: [], jobs: [] });
    const ran = namesIn('disks').flatMap((disk) =>
      readFileSync(join(directory, 'disks', disk, 'runs'), 'utf8')
        .trim()
        .split('\n'),
    );
    expect(ran.sort()).toEqual([...ids].sort());
    // Every snapshot is one that is known, and nothing is left of copies that were cut off.
    const known = await database.db.query<{ id: string }>(
      `SELECT id FROM disk_snapshots WHERE status = 'ready'`,
    );
    const there = namesIn('snapshots').flatMap((disk) => namesIn(join('snapshots', disk)));
    expect([...there].sort()).toEqual(known.rows.map(({ id }) => id).sort());
  }, 300_000);
});
