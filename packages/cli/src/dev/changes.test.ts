import { chmod, mkdir, readFile, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskOperation } from '@gpushield/contracts';
import { describe, expect, it } from 'vitest';
import { createDevStage } from '../testing/dev-stage.ts';
import { problem } from '../testing/fake-server.ts';
import { jobId, jobSample } from '../testing/job-samples.ts';

const stage = createDevStage();
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBdVk1AavTrTgPdNVgHd1cKzoWX0uQW0bNDHtTkE9QKq ada@here';
const at = '2026-01-31T12:00:00.000Z';

const bodies = (): readonly (readonly [string, unknown])[] =>
  stage.server.seen
    .filter(({ method }) => method !== 'GET')
    .map(({ method, path, body }) => [`${method} ${path}`, body]);

describe('edit', () => {
  const takes = (path: string, action: string): void => {
    stage.server.routes.set(`POST /v1/jobs/${jobId}/${path}`, () => ({
      body: { job_id: jobId, action, status: 'requested', message: `${action} it is`, expires_at: null },
    }));
  };
  it('does each change that is named, and answers with all of them as JSON', async () => {
    const file = join(stage.home, 'id.pub');
    await writeFile(file, `# mine\n${key}\n`);
    takes('extend', 'extend');
    takes('jupyter/enable', 'enable_jupyter');
    takes('users', 'add_user');
    const { code, out } = await stage.say(
      '--json',
      'edit',
      jobId,
      '--extend',
      '0.5',
      '--enable-jupyter',
      '--add-user',
      'bob',
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toHaveLength(3);
    await stage.say('edit', jobId, '--add-user', 'Bob B', '--ssh-key', file);
    expect(bodies()).toEqual([
      [`POST /v1/jobs/${jobId}/extend`, { extension_hours: 0.5 }],
      [`POST /v1/jobs/${jobId}/jupyter/enable`, undefined],
      [`POST /v1/jobs/${jobId}/users`, { github_username: 'bob' }],
      [`POST /v1/jobs/${jobId}/users`, { username: 'Bob B', ssh_keys: [key] }],
    ]);
  });
  it('refuses what contradicts itself or says nothing, and sends no private key', async () => {
    const file = join(stage.home, 'id');
    await writeFile(file, '-----BEGIN OPENSSH PRIVATE KEY-----\nabc\n');
    for (const args of [
      [],
      ['--enable-jupyter', '--disable-jupyter'],
      ['--extend', '0'],
      ['--add-user', 'no/name'],
      ['--add-user', 'bob', '--ssh-key', file],
      ['--ssh-key', file],
    ])
      expect((await stage.say('edit', jobId, ...args)).code, args.join(' ')).toBe(2);
    expect(stage.server.seen).toEqual([]);
  });
});

describe('disk', () => {
  it('sends no name that no disk can have, and says which can', async () => {
    for (const args of [
      ['create', '../x'],
      ['clone', 'work', 'a/b'],
      ['clone', '..', 'copy'],
      ['rename', 'work', 'x'.repeat(51)],
      ['delete', '../x', '--yes'],
      ['list-content', '.'],
    ]) {
      const { code, err } = await stage.say('disk', ...args);
      expect(code, args.join(' ')).toBe(2);
      expect(err).toContain('At most 50 of A-Z a-z 0-9 _ and -.');
    }
    expect(stage.server.seen.filter(({ path }) => path.startsWith('/v1/disks'))).toEqual([]);
  });
  const operation = 'cccccccc-363f-42cd-87a0-58d8e587a2ef';
  const starts = (route: string, action: string, name = 'work'): void => {
    stage.server.routes.set(route, () => ({
      body: { operation_id: operation, disk_name: name, action, message: 'Asked for', requested_at: at },
    }));
  };
  const goesThrough = (...statuses: readonly DiskOperation['status'][]): void => {
    const left = [...statuses];
    stage.server.routes.set(`GET /v1/disks/work/operations/${operation}`, () => {
      const status = left.shift() ?? 'failed';
      return {
        body: {
          operation_id: operation,
          disk_name: 'work',
          action: 'create',
          status,
          error: status === 'failed' ? 'No room left' : null,
          is_deleted: false,
          delete_date: null,
          created_at: at,
          last_updated: at,
          completed: status === 'completed' || status === 'failed',
        },
      };
    });
  };
  it('is made, and waited for until it is there', async () => {
    starts('POST /v1/disks', 'create');
    goesThrough('pending', 'running', 'completed');
    const { code, out } = await stage.say('disk', 'create', 'work', '--size', '20');
    expect([code, out]).toEqual([0, 'Disk work: create done.\n']);
    expect(bodies()).toEqual([['POST /v1/disks', { disk_name: 'work', size_gb: 20 }]]);
  });
  it('fails with the server’s reason, and as what it is where the server refuses', async () => {
    starts('POST /v1/disks', 'create');
    goesThrough('failed');
    const failed = await stage.say('disk', 'create', 'work');
    expect([failed.code, failed.err]).toEqual([1, expect.stringContaining('No room left')]);
    stage.server.routes.set('DELETE /v1/disks/work', () =>
      problem('disk_in_use', 'Job 1b3f2b3e has the disk'),
    );
    expect((await stage.say('disk', 'delete', 'work')).code).toBe(2);
    expect((await stage.say('disk', 'delete', 'work', '--yes')).code).toBe(5);
  });
  it('is renamed, cloned, unlocked and restored at the server’s routes', async () => {
    starts('POST /v1/disks/work/clone', 'clone');
    starts('POST /v1/disks/work/unlock', 'unlock');
    starts('POST /v1/disks/work/restore', 'restore');
    stage.server.routes.set('POST /v1/disks/work/rename', () => ({
      body: { message: 'm', old_name: 'work', new_name: 'play', snapshots_updated: 0 },
    }));
    for (const args of [
      ['clone', 'work', 'copy', '--no-wait'],
      ['unlock', 'work', '--no-wait'],
      ['restore', 'work', '--no-wait'],
      ['rename', 'work', 'play'],
    ])
      expect((await stage.say('disk', ...args)).code, args.join(' ')).toBe(0);
    expect(bodies()).toEqual([
      ['POST /v1/disks/work/clone', { new_name: 'copy' }],
      ['POST /v1/disks/work/unlock', undefined],
      ['POST /v1/disks/work/restore', undefined],
      ['POST /v1/disks/work/rename', { new_name: 'play' }],
    ]);
  });
  it('shows its content as text that cannot drive a terminal', async () => {
    stage.server.routes.set('GET /v1/disks/work/content', () => ({
      body: {
        disk_name: 'work',
        content: '.\n└── a\u001b[2Jb',
        s3_path: null,
        snapshot_date: at,
        message: null,
      },
    }));
    expect((await stage.say('disk', 'list-content', 'work')).out).toBe('.\n└── ab\n');
  });
});

describe('get-ssh-config', () => {
  const isThere = (fields: Parameters<typeof jobSample>[0] = {}): void => {
    stage.server.routes.set(`GET /v1/jobs/${jobId}`, () => ({ body: jobSample(fields) }));
    stage.server.routes.set('GET /v1/jobs', () => ({ body: { jobs: [], total: 0, limit: 500, offset: 0 } }));
  };
  const jobFile = (): string => join(stage.home, '.gpu-dev/1b3f2b3e-sshconfig');
  const sshFile = (): string => join(stage.home, '.ssh/config');
  const line = (): string => `Include "${join(stage.home, '.gpu-dev')}/*-sshconfig"`;

  it('writes a file for the job, with host keys of its own, and removes those of jobs that are over', async () => {
    isThere();
    await mkdir(join(stage.home, '.gpu-dev'));
    await writeFile(join(stage.home, '.gpu-dev/00000000-sshconfig'), 'Host gone\n');
    const { code, out, err } = await stage.say('get-ssh-config', jobId);
    expect(code).toBe(0);
    expect(out).toContain('ssh gpu-dev-1b3f2b3e');
    expect(await readFile(jobFile(), 'utf8')).toContain(
      'HostName 10.0.0.1\n  Port 30022\n  User dev\n  HostKeyAlias gpu-dev-1b3f2b3e',
    );
    expect((await stat(jobFile())).mode & 0o777).toBe(0o600);
    await expect(stat(join(stage.home, '.gpu-dev/00000000-sshconfig'))).rejects.toThrow('ENOENT');
    // Without a terminal nobody agreed: the line is shown, and nothing is changed.
    expect(err).toContain(line());
    await expect(stat(sshFile())).rejects.toThrow('ENOENT');
  });
  it('puts its line at the top of ~/.ssh/config once, after asking, through a link, and keeps the rest', async () => {
    isThere();
    await mkdir(join(stage.home, '.ssh'), { mode: 0o700 });
    await writeFile(join(stage.home, 'dotfile'), 'Host mine\n  User ada\n');
    await symlink(join(stage.home, 'dotfile'), sshFile());
    expect((await stage.withKey(['get-ssh-config', jobId], { tty: true, answers: ['n'] })).code).toBe(1);
    expect(await readFile(sshFile(), 'utf8')).toBe('Host mine\n  User ada\n');
    await stage.withKey(['get-ssh-config', jobId], { tty: true, answers: ['y'] });
    await stage.say('get-ssh-config', jobId, '--yes');
    expect(await readFile(sshFile(), 'utf8')).toBe(`${line()}\n\nHost mine\n  User ada\n`);
    expect(await readlink(sshFile())).toBe(join(stage.home, 'dotfile'));
    await chmod(sshFile(), 0o600);
  });
  it('writes nothing of a server that says more than host and port', async () => {
    for (const command of [
      'ssh -p 22 dev@h\n  ProxyCommand evil',
      'ssh -p 22 dev@-oX',
      'ssh -p 99999 dev@h',
      null,
    ]) {
      isThere({ ssh_command: command });
      expect((await stage.say('get-ssh-config', jobId, '--yes')).code).toBe(5);
      await expect(stat(jobFile())).rejects.toThrow('ENOENT');
    }
  });
});

describe('debug and logs', () => {
  it('tell what happened and what was written, cleaned', async () => {
    stage.server.routes.set(`GET /v1/jobs/${jobId}/debug`, () => ({
      body: {
        job: jobSample({ oom_count: 2 }),
        runtime: 'local',
        workload: { state: 'a\u009bb' },
        messages: [`${at} Placed on node-1`],
        logs: 'last\u001b[2J line',
      },
    }));
    const { code, out } = await stage.say('debug', jobId);
    expect(code).toBe(0);
    for (const text of ['Placed on node-1', 'last line', 'killed for memory  2', 'a\\u009bb'])
      expect(out).toContain(text);
  });
  it('print a log whole, and say when its beginning is not kept', async () => {
    stage.server.routes.set(`GET /v1/jobs/${jobId}/logs`, () => ({
      body: { job_id: jobId, rank: 0, text: 'a\nb', truncated: true, kept: true },
    }));
    const { out, err } = await stage.say('logs', jobId);
    expect(out).toBe('a\nb\n');
    expect(err).toContain('Only the end');
  });
});

describe('setup', () => {
  it('asks, keeps what is answered, and keeps what was kept where Enter is pressed', async () => {
    await stage.say('config', 'set', 'disk', 'work');
    const answers = ['', 'aws', '', 'h100', '2', '', 'ada', ''];
    const { code } = await stage.withKey(['setup'], { tty: true, answers });
    expect(code).toBe(0);
    expect(JSON.parse(await readFile(join(stage.home, '.gpu-dev/config.json'), 'utf8'))).toEqual({
      api_url: stage.server.url,
      login: 'aws',
      gpu_type: 'h100',
      hours: 2,
      disk: 'work',
      github_user: 'ada',
    });
    expect((await stage.say('setup')).code).toBe(2);
  });
});
