import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../testing/index.ts';
import { hasSandbox, lifeStage, type LifeStage } from '../../../testing/reservations/life-stage.ts';

const database = testDatabase();
const patience = { timeout: 30_000, interval: 50 };
const dayMinutes = 24 * 60;
let stage: LifeStage;

describe.skipIf(!hasSandbox)('a disk on this host', () => {
  beforeAll(async () => {
    stage = await lifeStage(database, { GPUSHIELD_JOB_MAX_TOTAL_HOURS: '48' });
  });
  afterAll(() => stage.close());

  const ask = async (method: 'GET' | 'POST' | 'DELETE', url: string, body?: object) => {
    const answer = await stage.user.send(method, url, body);
    return { status: answer.status, body: answer.json() };
  };
  const disk = async (name: string) => (await ask('GET', `/v1/disks/${name}`)).body;
  /** Asks for an operation and polls it to its end. */
  const operate = async (method: 'POST' | 'DELETE', url: string, name: string, body?: object) => {
    const begun = await ask(method, url, body);
    expect(begun.status, JSON.stringify(begun.body)).toBe(200);
    const at = `/v1/disks/${name}/operations/${String(begun.body['operation_id'])}`;
    await expect.poll(async () => (await ask('GET', at)).body, patience).toMatchObject({ completed: true });
    return (await ask('GET', at)).body;
  };
  const create = (name: string) => operate('POST', '/v1/disks', name, { disk_name: name, size_gb: 10 });
  /** A job that does this on the disk, to its end. */
  const runOn = async (name: string, command: string): Promise<string> => {
    const id = await stage.submit({ disk_name: name, command });
    await stage.sees(id, { status: 'expired', exit_code: 0 });
    await expect.poll(() => disk(name), patience).toMatchObject({ in_use: false, is_backing_up: false });
    return id;
  };
  const snapshots = async (name: string) => {
    const { body } = await ask('GET', `/v1/disks/${name}/snapshots`);
    const list = body['snapshots'];
    return (Array.isArray(list) ? list : []).map((one: unknown) => ({
      id: String(Reflect.get(Object(one), 'snapshot_id')),
      job: String(Reflect.get(Object(one), 'job_id')),
    }));
  };
  const idOf = async (name: string): Promise<string> =>
    (await database.db.query<{ id: string }>('SELECT id FROM disks WHERE name = $1', [name])).rows[0]?.id ??
    '';

  it('keeps its files from job to job, lists them, and can be copied as it is and as it was', async () => {
    expect(await create('work')).toMatchObject({ status: 'completed', error: null });
    expect((await ask('GET', '/v1/disks/work/content')).body).toMatchObject({
      content: null,
      message: expect.stringContaining('no snapshot yet'),
    });
    await runOn('work', 'mkdir -p data; echo one > data/first.txt');
    await runOn('work', 'cat data/first.txt; echo two > second.txt; rm data/first.txt');
    const content = (await ask('GET', '/v1/disks/work/content')).body;
    expect(content['content']).toContain('second.txt (4 bytes)');
    expect(content['content']).not.toContain('first.txt');
    expect(await disk('work')).toMatchObject({ snapshot_count: 2, last_used: expect.any(String) });
    const [newest, oldest] = await snapshots('work');
    await operate('POST', '/v1/disks/work/clone', 'now', { new_name: 'now' });
    await operate('POST', '/v1/disks/work/clone', 'then', { new_name: 'then', snapshot_id: oldest?.id });
    const now = await runOn('now', 'cat second.txt');
    expect(await stage.logs(now)).toBe('two\n');
    const then = await runOn('then', 'cat data/first.txt');
    expect(await stage.logs(then)).toBe('one\n');
    expect(newest?.job).not.toBe(oldest?.job);
  });

  it('keeps three snapshots, and for a week, but never loses its last one', async () => {
    await create('many');
    const jobs: string[] = [];
    for (let n = 0; n < 4; n += 1) jobs.push(await runOn('many', `echo ${n} > file`));
    const sweep = async (expected: readonly string[]) => {
      await stage.sweepDisks();
      expect((await snapshots('many')).map(({ job }) => job)).toEqual(expected);
    };
    await sweep(jobs.slice(1).reverse());
    const kept = () => readdirSync(join(stage.root, 'snapshots', diskId)).length;
    const diskId = await idOf('many');
    expect(kept()).toBe(3);
    stage.clock.forward(8 * dayMinutes);
    await sweep(jobs.slice(3));
    expect(kept()).toBe(1);
  });

  it('that is deleted answers 410, comes back within 30 days, and is gone after them', async () => {
    await create('old');
    await runOn('old', 'echo x > file');
    const place = join(stage.root, 'disks', await idOf('old'));
    expect(await operate('DELETE', '/v1/disks/old', 'old')).toMatchObject({ is_deleted: true });
    for (const [method, url, body] of [
      ['GET', '/v1/disks/old/content', undefined],
      ['POST', '/v1/disks/old/rename', { new_name: 'other' }],
      ['POST', '/v1/disks/old/clone', { new_name: 'other' }],
      ['DELETE', '/v1/disks/old', undefined],
    ] as const)
      expect({ url, status: (await ask(method, url, body)).status }).toEqual({ url, status: 410 });
    stage.clock.forward(29 * dayMinutes);
    await operate('POST', '/v1/disks/old/restore', 'old');
    expect(await stage.logs(await runOn('old', 'cat file'))).toBe('x\n');
    await operate('DELETE', '/v1/disks/old', 'old');
    await stage.sweepDisks();
    expect(existsSync(place)).toBe(true);
    stage.clock.forward(31 * dayMinutes);
    await stage.sweepDisks();
    expect(existsSync(place)).toBe(false);
    expect((await ask('GET', '/v1/disks/old')).status).toBe(404);
    expect((await ask('POST', '/v1/disks/old/restore')).status).toBe(404);
  });

  it('of a job that runs is nobody else’s to use, rename, delete or unlock', async () => {
    await create('busy');
    const id = await stage.submit({ disk_name: 'busy' });
    await stage.sees(id, { status: 'active', disk_name: 'busy' });
    expect(await disk('busy')).toMatchObject({ in_use: true, reservation_id: id });
    for (const [method, url, body] of [
      ['POST', '/v1/jobs/submit', { instance_type: 'cpu-x86', disk_name: 'busy' }],
      ['POST', '/v1/disks/busy/rename', { new_name: 'other' }],
      ['POST', '/v1/disks/busy/unlock', undefined],
      ['DELETE', '/v1/disks/busy', undefined],
    ] as const) {
      const answer = await ask(method, url, body);
      expect({ url, ...answer }).toMatchObject({ url, status: 409, body: { code: 'disk_in_use' } });
    }
    await stage.user.send('POST', `/v1/jobs/${id}/cancel`);
    await stage.sees(id, { status: 'cancelled' });
    await expect.poll(() => disk('busy'), patience).toMatchObject({ in_use: false, snapshot_count: 1 });
  });

  it('is renamed with its snapshots, to a free and proper name alone', async () => {
    await create('before');
    await create('taken');
    await runOn('before', 'echo x > file');
    const rename = (from: string, name: string) =>
      ask('POST', `/v1/disks/${from}/rename`, { new_name: name });
    expect((await rename('before', 'taken')).status).toBe(409);
    expect((await rename('before', '../up')).status).toBe(400);
    expect((await rename('nowhere', 'after')).status).toBe(404);
    expect(await rename('before', 'after')).toMatchObject({
      status: 200,
      body: { old_name: 'before', new_name: 'after' },
    });
    expect((await ask('GET', '/v1/disks/before')).status).toBe(404);
    expect((await ask('GET', '/v1/disks/after/content')).body['content']).toContain('file');
  });
});
