import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { clientOf, objectsAt, send, textAt, type Client } from '../support/client.ts';
import { inTerminal } from '../support/in-terminal.ts';
import { until } from '../support/ingest-load.ts';
import { oneServer } from '../support/one-server.ts';

const hasSandbox = spawnSync('bwrap', ['--ro-bind', '/', '/', 'true']).status === 0;
if (!hasSandbox)
  console.warn('SKIPPED: bubblewrap is not here or may not run: jobs on this host are NOT tested end to end');

const one = oneServer();

const submit = async (body: Record<string, unknown>): Promise<string> => {
  const answer = await one.admin.send('POST', '/v1/jobs/submit', {
    instance_type: 'cpu-x86',
    duration_hours: 0.25,
    ...body,
  });
  expect(answer.status, answer.text).toBeLessThan(300);
  return textAt(answer.json(), 'job_id');
};
const job = async (id: string) => (await one.admin.send('GET', `/v1/jobs/${id}`)).json();
const reaches = (id: string, ...statuses: string[]): Promise<void> =>
  until(`the job to be ${statuses.join(' or ')}`, async () =>
    statuses.includes(textAt(await job(id), 'status')),
  );
const logsOf = async (id: string): Promise<string> =>
  textAt((await one.admin.send('GET', `/v1/jobs/${id}/logs`)).json(), 'text');

/** Another person who may use GPUs. */
const secondUser = async (): Promise<Client> => {
  const credentials = { username: 'second', password: 'plum-kettle-orbit-42' };
  const made = await one.admin.send('POST', '/api/v1/users', { ...credentials, roles: ['researcher'] });
  expect(made.status, made.text).toBe(201);
  const login = await send(`${one.url}/auth/login`, 'POST', credentials);
  return clientOf(one.url, textAt(login.json(), 'access_token'));
};

/** Jobs outlive their server: what this file started must end before it. */
const endAllJobs = async (): Promise<void> => {
  const open = await one.admin.send(
    'GET',
    '/v1/jobs?user=all&limit=500&status=pending,queued,preparing,active',
  );
  for (const { job_id: id } of objectsAt(open.json(), 'jobs'))
    await one.admin.send('POST', `/v1/jobs/${String(id)}/cancel`);
  await until('nothing of any job to be left on the host', async () => {
    const left = await readdir(join(one.server.dataDir, 'jobs/jobs')).catch(() => []);
    return left.length === 0;
  });
};

/** Whether a terminal opens; the WebSocket API tells no status, so only that it does not. */
const opensTerminal = (id: string, token: string): Promise<boolean> =>
  new Promise((resolve) => {
    const url = `${one.url.replace('http', 'ws')}/v1/jobs/${id}/terminal`;
    const socket = new WebSocket(url, ['gpushield.terminal', `gpushield.bearer.${token}`]);
    socket.onopen = () => {
      socket.close();
      resolve(true);
    };
    socket.onerror = () => resolve(false);
  });

describe.skipIf(!hasSandbox)('a job on this host', () => {
  afterAll(endAllJobs);

  it('runs its command, keeps what it wrote, and ends with its exit code', async () => {
    const id = await submit({ command: 'echo out; id -u; exit 3' });
    // Readable the moment that submit has answered.
    expect((await job(id))['job_id']).toBe(id);
    await reaches(id, 'expired', 'failed');
    expect(await job(id)).toMatchObject({ exit_code: 3 });
    expect(await logsOf(id)).toMatch(/^out\n[1-9]\d*\n/);
  });

  it('gives a shell, a disk that outlives it, an extension, and an end on request', async () => {
    const disk = await one.admin.send('POST', '/v1/disks', { disk_name: 'work', size_gb: 10 });
    expect(disk.status, disk.text).toBeLessThan(300);
    const first = await submit({ disk_name: 'work' });
    await reaches(first, 'active');
    await inTerminal(
      one.url,
      one.admin.token,
      first,
      'echo kept > note; whoami; echo $((40+2))-shown\n',
      /42-shown/,
    );
    const extended = await one.admin.send('POST', `/v1/jobs/${first}/extend`, { extension_hours: 1 });
    expect(extended.status, extended.text).toBeLessThan(300);
    const cancelled = await one.admin.send('POST', `/v1/jobs/${first}/cancel`);
    expect(cancelled.json()).toMatchObject({ action: 'cancel', status: 'requested' });
    await reaches(first, 'cancelled');
    // The disk is given back when its snapshot is made.
    await until(
      'the disk to be free',
      async () => (await one.admin.send('GET', '/v1/disks/work')).json()['in_use'] === false,
    );
    const second = await submit({ disk_name: 'work', command: 'cat note' });
    await reaches(second, 'expired', 'failed');
    expect(await logsOf(second)).toBe('kept\n');
    const content = await one.admin.send('GET', '/v1/disks/work/content');
    expect(content.text).toContain('note');
  });

  it('sees neither the server’s files nor other processes', async () => {
    const id = await submit({
      command: `ls ${one.server.dataDir} 2>&1; ls /root 2>&1; ps -e 2>/dev/null | wc -l; ls /proc | grep -c '^[0-9]'`,
    });
    await reaches(id, 'expired', 'failed');
    const text = await logsOf(id);
    expect(text).toContain(`cannot access '${one.server.dataDir}'`);
    expect(Number(text.trim().split('\n').at(-1))).toBeLessThan(12);
  });

  it('of somebody else has no terminal', async () => {
    const id = await submit({});
    await reaches(id, 'active');
    const answer = await send(`${one.url}/v1/jobs/${id}/terminal`, 'GET', undefined, {
      authorization: 'Bearer nobody',
    });
    expect(answer.status).toBe(401);
    const second = await secondUser();
    const refused = await second.send('GET', `/v1/jobs/${id}/terminal`);
    expect(refused.status).toBe(403);
    expect(refused.json()).toMatchObject({ code: 'not_owner' });
    expect(await opensTerminal(id, second.token)).toBe(false);
    expect(await opensTerminal(id, one.admin.token)).toBe(true);
    await one.admin.send('POST', `/v1/jobs/${id}/cancel`);
    await reaches(id, 'cancelled');
  });
});

describe('what cannot be', () => {
  it('is refused at once, with what is possible', async () => {
    for (const body of [
      { instance_type: 'quantum-9' },
      { gpu_type: 'h100', gpu_count: 9 },
      { duration_hours: 0 },
      { disk_name: '../etc' },
      { env_vars: Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`V${index}`, 'x'])) },
    ]) {
      const answer = await one.admin.send('POST', '/v1/jobs/submit', {
        instance_type: 'cpu-x86',
        duration_hours: 1,
        ...body,
      });
      expect([400, 404, 409, 413, 422], answer.text.slice(0, 300)).toContain(answer.status);
      expect(textAt(answer.json(), 'detail').length).toBeGreaterThan(0);
    }
    const jobs = await one.admin.send('GET', '/v1/jobs?status=queued,pending,preparing');
    expect(objectsAt(jobs.json(), 'jobs')).toEqual([]);
  });

  it('a dry run says when and why, and writes nothing', async () => {
    const answer = await one.admin.send('POST', '/v1/jobs/submit', {
      instance_type: 'cpu-x86',
      duration_hours: 2,
      dry_run: true,
    });
    expect(answer.json()).toMatchObject({ status: 'dry_run', job_id: null });
  });
});
