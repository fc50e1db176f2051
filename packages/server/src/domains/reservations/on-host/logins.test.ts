import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findProgram } from '../runtime/local/host.ts';
import { testDatabase } from '../../../testing/index.ts';
import { hasSandbox, lifeStage, type LifeStage } from '../../../testing/reservations/life-stage.ts';

const hasSshd = ['sshd', 'ssh', 'ssh-keygen'].every((name) => findProgram(name) !== undefined);
if (!hasSshd) console.warn('SKIPPED: OpenSSH is not here: logins into jobs by key are NOT tested');

const database = testDatabase();
let stage: LifeStage;
let keys = '';

const makeKey = (name: string, ...type: string[]): string => {
  const path = join(keys, name);
  expect(spawnSync('ssh-keygen', ['-q', '-N', '', '-f', path, ...type]).status).toBe(0);
  return readFileSync(`${path}.pub`, 'utf8').trim();
};
const ssh = (port: number, key: string, command: string) =>
  new Promise<{ code: number | null; out: string }>((resolve) => {
    const child = spawn('ssh', [
      ...['-i', join(keys, key), '-p', String(port)],
      ...[
        'StrictHostKeyChecking=no',
        'UserKnownHostsFile=/dev/null',
        'BatchMode=yes',
        'IdentitiesOnly=yes',
      ].flatMap((option) => ['-o', option]),
      ...['-F', 'none', 'dev@127.0.0.1', command],
    ]);
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
    child.on('close', (code) => resolve({ code, out }));
  });
const portOf = async (id: string): Promise<number> => Number((await stage.job(id))['node_port']);

beforeAll(async () => {
  if (!hasSandbox) return;
  keys = mkdtempSync(join(tmpdir(), 'gpushield-keys-'));
  stage = await lifeStage(database, { GPUSHIELD_JOB_IDLE_MINUTES: '10' });
});
afterAll(async () => {
  if (!hasSandbox) return;
  await stage.close();
  rmSync(keys, { recursive: true, force: true });
});

describe.skipIf(!hasSandbox || !hasSshd)('a login by key', () => {
  it('opens the job to the keys that were given, of every type, and to no other', async () => {
    const own = [
      makeKey('ed', '-t', 'ed25519'),
      makeKey('ec', '-t', 'ecdsa'),
      makeKey('rsa', '-t', 'rsa', '-b', '3072'),
    ];
    makeKey('other', '-t', 'ed25519');
    const id = await stage.submit({ ssh_keys: own, env_vars: { GREETING: 'hello there' } });
    await stage.sees(id, { status: 'active', ssh_command: expect.stringContaining('dev@127.0.0.1') });
    const port = await portOf(id);
    for (const key of ['ed', 'ec', 'rsa']) {
      await expect
        .poll(() => ssh(port, key, 'whoami; echo $GREETING; echo $RESERVATION_ID; pwd'), { timeout: 20_000 })
        .toEqual({ code: 0, out: expect.stringContaining(`dev\nhello there\n${id}\n/home/dev\n`) });
    }
    const refused = await ssh(port, 'other', 'true');
    expect(refused).toEqual({ code: 255, out: expect.stringContaining('Permission denied') });
    const added = await stage.user.send('POST', `/v1/jobs/${id}/users`, {
      username: 'friend',
      ssh_keys: [readFileSync(join(keys, 'other.pub'), 'utf8').trim()],
    });
    expect(added.status, added.text).toBe(200);
    await expect.poll(async () => (await ssh(port, 'other', 'true')).code, { timeout: 20_000 }).toBe(0);
    expect((await stage.job(id))['extra_users']).toEqual(['friend']);
  });

  it('counts as somebody at work', async () => {
    const key = makeKey('worker', '-t', 'ed25519');
    const id = await stage.submit({ ssh_keys: [key], duration_hours: 8 });
    await stage.sees(id, { status: 'active' });
    const port = await portOf(id);
    await expect.poll(async () => (await ssh(port, 'worker', 'true')).code, { timeout: 20_000 }).toBe(0);
    const session = ssh(port, 'worker', 'echo in > marker; sleep 300');
    await expect.poll(() => stage.files(id)).toContain('marker');
    for (let look = 0; look < 4; look += 1) {
      stage.clock.forward(11);
      const nowMs = stage.clock.nowMs();
      await expect
        .poll(async () => {
          const { rows } = await database.db.query<{ looked: boolean }>(
            `SELECT (observed->>'idleLookedAtMs')::float8 >= $2 AS looked FROM jobs WHERE id = $1`,
            [id, nowMs],
          );
          return rows[0]?.looked;
        })
        .toBe(true);
    }
    expect(await stage.job(id)).toMatchObject({ status: 'active', warnings: [] });
    await stage.user.send('POST', `/v1/jobs/${id}/cancel`);
    expect((await session).code).not.toBe(0);
  });
});

describe.skipIf(!hasSandbox || !hasSshd)('the logins of a user who is disabled', () => {
  const disable = (disabled: boolean) =>
    database.db.query('UPDATE users SET disabled = $2 WHERE id = $1', [stage.user.id, disabled]);
  const statusOf = async (id: string) =>
    (
      await database.db.query<{ status: string; status_detail: string }>(
        'SELECT status, status_detail FROM jobs WHERE id = $1',
        [id],
      )
    ).rows[0];
  afterEach(() => disable(false));

  it('end at once, no new one works, and both are back where it was a mistake; else the job ends, audited', async () => {
    const key = makeKey('leaver', '-t', 'ed25519');
    const id = await stage.submit({ ssh_keys: [key] });
    await stage.sees(id, { status: 'active' });
    const port = await portOf(id);
    const works = async () => (await ssh(port, 'leaver', 'true')).code;
    await expect.poll(works, { timeout: 20_000 }).toBe(0);
    const session = ssh(port, 'leaver', 'echo in > inside; sleep 300');
    await expect.poll(() => stage.files(id)).toContain('inside');

    await disable(true);
    expect((await session).code).not.toBe(0);
    expect(await works()).toBe(255);
    expect(await statusOf(id)).toMatchObject({ status: 'active' });

    await disable(false);
    await expect.poll(works, { timeout: 20_000 }).toBe(0);

    await disable(true);
    await expect.poll(works, { timeout: 20_000 }).toBe(255);
    // Whatever grace an operator sets is less.
    stage.clock.forward(60);
    await expect
      .poll(() => statusOf(id), { timeout: 30_000 })
      .toEqual({ status: 'cancelled', status_detail: 'Its user was disabled' });
    const { rows } = await database.db.query(
      `SELECT principal_kind, action FROM audit_entries WHERE resource = $1 AND principal_kind = 'system'`,
      [`job:${id}`],
    );
    expect(rows).toEqual([{ principal_kind: 'system', action: 'job.cancel' }]);
    await disable(false);
    // The server still knows nobody of before; a new login is a new submission.
    await stage.sees(await stage.submit({}), { status: 'active' });
  });
});

/** A program that is called as Jupyter is, and notes how; where the real one is, the tests use that. */
const hasJupyter = findProgram('jupyter') !== undefined;
if (!hasJupyter)
  console.warn('SKIPPED: Jupyter is not here: a stand-in program takes its place in the tests');

describe.skipIf(!hasSandbox)('Jupyter', () => {
  const standIn = `#!/usr/bin/env python3
import http.server, os, sys
port = int([a for a in sys.argv if a.startswith('--port=')][0].split('=')[1])
class Lab(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        ok = self.headers.get('Authorization') == 'token ' + os.environ['JUPYTER_TOKEN']
        self.send_response(200 if ok else 403); self.end_headers(); self.wfile.write(b'{}')
    def log_message(self, *a): pass
http.server.ThreadingHTTPServer(('127.0.0.1', port), Lab).serve_forever()
`;
  const answers = async (url: string, token: string): Promise<number> => {
    try {
      const answer = await fetch(`${url.replace(/\/lab$/, '')}/api/contents`, {
        headers: { authorization: `token ${token}` },
      });
      return answer.status;
    } catch {
      return 0;
    }
  };

  it.skipIf(!hasJupyter && findProgram('python3') === undefined)(
    'is switched on and off while the job runs, with another token each time',
    async () => {
      const disk = await stage.user.send('POST', '/v1/disks', { disk_name: 'lab' });
      expect(disk.status).toBe(200);
      const id = await stage.submit({ disk_name: 'lab' });
      await stage.sees(id, {
        status: 'active',
        jupyter_enabled: false,
        jupyter_url: null,
        jupyter_token: null,
      });
      if (!hasJupyter) {
        const terminal = await stage.terminal(id);
        terminal.stream.write(`mkdir -p ~/.local/bin; cat > ~/.local/bin/jupyter <<'END'\n${standIn}END\n`);
        terminal.stream.write('chmod 755 ~/.local/bin/jupyter; exit\n');
        await terminal.exited;
      }
      const tokens: string[] = [];
      for (let round = 0; round < 2; round += 1) {
        const on = await stage.user.send('POST', `/v1/jobs/${id}/jupyter/enable`);
        expect(on.json()).toMatchObject({ action: 'enable_jupyter', status: 'requested' });
        await stage.sees(id, { jupyter_enabled: true, jupyter_error: null, jupyter_url: expect.any(String) });
        const { jupyter_url: url, jupyter_token: token } = await stage.job(id);
        await expect.poll(() => answers(String(url), String(token)), { timeout: 30_000 }).toBe(200);
        expect(await answers(String(url), 'guessed')).toBe(403);
        tokens.push(String(token));
        await stage.user.send('POST', `/v1/jobs/${id}/jupyter/disable`);
        await stage.sees(id, { jupyter_enabled: false, jupyter_url: null, jupyter_token: null });
        await expect.poll(() => answers(String(url), String(token)), { timeout: 30_000 }).toBe(0);
      }
      expect(new Set(tokens).size).toBe(2);
    },
  );

  it.skipIf(hasJupyter)('says what is missing where it is not installed', async () => {
    const id = await stage.submit({ jupyter_enabled: true });
    await stage.sees(id, {
      status: 'active',
      jupyter_url: null,
      jupyter_error: expect.stringContaining('not installed'),
    });
  });
});
