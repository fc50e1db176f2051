import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { reservationsStage, type Person, type Stage } from '../../testing/reservations/stage.ts';

const database = testDatabase();
let stage: Stage;
let owner: Person;
let other: Person;
let job = '';
let operation = '';
const snapshot = randomUUID();

/** What each request is sent with, by the route's operation: it would succeed for the owner. */
const bodies: Readonly<Record<string, object>> = {
  extendJob: { extension_hours: 1 },
  addJobUser: { username: 'intruder', ssh_keys: [`ssh-ed25519 ${'A'.repeat(68)}`] },
  renameDisk: { new_name: 'mine' },
  cloneDisk: { new_name: 'mine' },
  setJobPriority: { priority: 5 },
};

const routesUnder = (prefix: string) => stage.app.routes.filter(({ path }) => path.startsWith(prefix));
const facts = async () => ({
  jobs: (await database.db.query('SELECT * FROM jobs WHERE user_id = $1 ORDER BY id', [owner.id])).rows,
  disks: (await database.db.query('SELECT * FROM disks WHERE user_id = $1 ORDER BY id', [owner.id])).rows,
  events: (await database.db.query('SELECT * FROM job_events ORDER BY id')).rows,
});
const methodOf = (method: string) => method as 'GET' | 'POST' | 'PUT' | 'DELETE';

beforeAll(async () => {
  stage = await reservationsStage(database);
  owner = await stage.person('researcher');
  other = await stage.person('researcher');
  const made = await owner.send('POST', '/v1/disks', { disk_name: 'work', size_gb: 10 });
  expect(made.status, made.text).toBe(200);
  operation = String(made.json()['operation_id']);
  const submitted = await owner.send('POST', '/v1/jobs/submit', {
    instance_type: 'cpu-x86',
    disk_name: 'work',
    jupyter_enabled: true,
    env_vars: { TOKEN: 'the owner’s secret' },
  });
  expect(submitted.status, submitted.text).toBe(200);
  job = String(submitted.json()['job_id']);
  const { db } = database;
  await db.query(
    `UPDATE jobs SET status = 'active', started_at = now(), expires_at = now() + interval '1 hour' WHERE id = $1`,
    [job],
  );
  await db.query(
    `INSERT INTO disk_snapshots (id, disk_id, status, content, created_at, ready_at)
     SELECT $1, id, 'ready', 'the owner’s files', now(), now() FROM disks`,
    [snapshot],
  );
});
afterAll(() => stage.close());

describe('the job of another user', () => {
  it('answers nothing to and takes nothing from them, on any of its routes', async () => {
    const routes = routesUnder('/v1/jobs/:id');
    expect(routes.length).toBeGreaterThanOrEqual(9);
    const before = await facts();
    for (const { method, path, operationId } of routes) {
      const body = bodies[operationId];
      const byId = await other.send(methodOf(method), path.replace(':id', job), body);
      expect({ operationId, status: byId.status }).toEqual({ operationId, status: 403 });
      expect(byId.json()['code'], operationId).toBe('not_owner');
      // A beginning of an id finds among one's own jobs alone: not even that there is one is told.
      const byPrefix = await other.send(methodOf(method), path.replace(':id', job.slice(0, 8)), body);
      expect({ operationId, status: byPrefix.status }).toEqual({ operationId, status: 404 });
      expect(byId.text + byPrefix.text, operationId).not.toContain('owner’s');
    }
    expect(await facts()).toEqual(before);
  });

  it('is in no list of theirs, and everybody’s list is not theirs to ask for', async () => {
    expect((await other.send('GET', '/v1/jobs')).json()).toMatchObject({ jobs: [], total: 0 });
    expect((await other.send('GET', '/v1/jobs?user=all')).status).toBe(403);
    expect((await owner.send('GET', '/v1/jobs')).json()).toMatchObject({ total: 1 });
  });

  it('is moved up or down by administrators alone', async () => {
    for (const person of [owner, other]) {
      const answer = await person.send('PUT', `/v1/admin/jobs/${job}/priority`, { priority: 5 });
      expect(answer.json()['code']).toBe('insufficient_scope');
    }
  });
});

describe('the disk of another user', () => {
  const walk = async (): Promise<Map<string, string>> => {
    const answers = new Map<string, string>();
    for (const { method, path, operationId } of routesUnder('/v1/disks/:name')) {
      const url = path.replace(':name', 'work').replace(':operation_id', operation);
      const answer = await other.send(methodOf(method), url, bodies[operationId]);
      expect(answer.text, operationId).not.toContain('owner’s');
      answers.set(operationId, String(answer.status));
    }
    return answers;
  };

  it('is not there for them, on any of its routes', async () => {
    const before = await facts();
    const answers = await walk();
    expect(answers.size).toBeGreaterThanOrEqual(9);
    expect([...answers].filter(([, status]) => status !== '404')).toEqual([]);
    expect(await facts()).toEqual(before);
    expect((await other.send('GET', '/v1/disks')).json()).toMatchObject({ disks: [], total: 0 });
  });

  it('stays out of reach of one who has a disk of the same name', async () => {
    const before = await facts();
    const submitted = await other.send('POST', '/v1/jobs/submit', {
      instance_type: 'cpu-x86',
      disk_name: 'work',
    });
    expect(submitted.status, submitted.text).toBe(200);
    const clone = await other.send('POST', '/v1/disks/work/clone', {
      new_name: 'stolen',
      snapshot_id: snapshot,
    });
    expect(clone.status, clone.text).toBe(404);
    const answers = await walk();
    expect(answers.get('getDiskOperation')).toBe('404');
    expect(await facts()).toMatchObject({ disks: before.disks, jobs: before.jobs });
  });
});
