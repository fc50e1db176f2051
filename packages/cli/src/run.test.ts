import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { createCliStage, stageKey as apiKey } from './testing/cli-stage.ts';
import { page, problem, startFakeServer } from './testing/fake-server.ts';
import { alertSample, keySample, nodeSample, sensorSample, userSample } from './testing/samples.ts';

const first = '0197f000-0000-7000-8000-000000000001';
const second = '0197f000-0000-7000-8000-000000000002';

const stage = createCliStage();
const { start, withKey } = stage;

const tokens = (name: string, expiresIn = 900) => ({
  body: {
    access_token: `access-${name}`,
    token_type: 'bearer',
    expires_in: expiresIn,
    refresh_token: `the-refresh-token-${name}`,
  },
});
const signIn = async (expiresIn = 900): Promise<void> => {
  stage.server.routes.set('POST /auth/login', () => tokens('1', expiresIn));
  expect((await start(['login', '--username', 'ada'], { env: { GPUSHIELD_PASSWORD: 'pw' } })).code).toBe(0);
};
const credentialsFile = (): string => join(stage.home, '.config', 'gpushield', 'credentials.json');

describe('exit codes', () => {
  it('are those that the help documents for every refusal of the server', async () => {
    const cases = [
      [problem('validation_failed', 'd'), 1],
      [problem('internal', 'd'), 1],
      [problem('not_authenticated', 'd'), 3],
      [problem('insufficient_scope', 'd'), 3],
      [problem('not_found', 'd'), 4],
      [problem('conflict', 'd'), 5],
      [problem('unavailable', 'd'), 6],
      [problem('rate_limited', 'd'), 6],
      [problem('storage_full', 'd'), 6],
    ] as const;
    for (const [reply, code] of cases) {
      stage.server.routes.set('GET /api/v1/me', () => reply);
      expect((await withKey(['whoami'])).code).toBe(code);
    }
  });
  it('is 2 for a wrong command line, and nothing is sent', async () => {
    for (const args of [
      ['nonsense'],
      ['users'],
      ['nodes', 'show'],
      ['alerts', 'list', '--severity', 'awful'],
      ['alerts', 'list', '--limit', '0'],
      ['nodes', 'list', '--nonsense'],
      ['alerts', 'show', 'short'],
      ['alerts', 'assign', first],
      ['alerts', 'list', '--since', 'yesterday'],
      ['--url', 'ftp://x', 'nodes', 'list'],
      ['keys', 'create', '--never-expires', '--expires-in-hours', '1'],
    ]) {
      expect((await withKey(args)).code, args.join(' ')).toBe(2);
    }
    expect(stage.server.seen).toEqual([]);
  });
  it('is 0 for help and version', async () => {
    expect((await start(['--help'])).code).toBe(0);
    expect((await start(['alerts', 'list', '--help'])).io.out()).toContain('--json');
    expect((await start(['--version'])).io.out()).toBe('0.1.0\n');
  });
  it('is 6 when nothing listens, with how to start the server', async () => {
    await stage.server.close();
    const { code, io } = await withKey(['nodes', 'list']);
    expect(code).toBe(6);
    expect(io.err()).toContain('gpushield start');
    await stage.serve();
  });
  it('is that of the child for what runs on this machine', async () => {
    const { code, io } = await start(['serve', '--port', '1'], { childExitCode: 7 });
    expect(code).toBe(7);
    expect(io.children).toEqual([
      { file: '/fake/@gpushield/server/src/main.ts', options: { args: ['serve', '--port', '1'] } },
    ]);
    expect((await start(['audit', 'verify'])).io.children[0]?.options.args).toEqual(['audit-verify']);
  });
});

describe('errors', () => {
  it('take two lines: title and detail; way out and correlation id', async () => {
    stage.server.routes.set('GET /api/v1/me', () =>
      problem('insufficient_scope', 'self is missing \u001b[31m\nhere'),
    );
    const { io } = await withKey(['whoami']);
    expect(io.err()).toBe(
      'Insufficient Scope: self is missing here.\nUse a credential that carries the scope named in detail. (correlation id corr-1)\n',
    );
  });
  it('never show a credential', async () => {
    stage.server.routes.set('GET /api/v1/me', () => problem('internal', 'd'));
    const { io } = await withKey(['whoami']);
    expect(io.err() + io.out()).not.toContain(apiKey);
  });
});

describe('signing in', () => {
  it('keeps the tokens for the owner alone and says where', async () => {
    await signIn();
    expect((await stat(credentialsFile())).mode & 0o777).toBe(0o600);
    expect(JSON.parse(await readFile(credentialsFile(), 'utf8'))).toEqual({
      url: stage.server.url,
      access_token: 'access-1',
      refresh_token: 'the-refresh-token-1',
      expires: '2026-01-31T12:20:00.000Z',
    });
  });
  it('takes the password from standard input without its line end, and asks for it on a terminal', async () => {
    stage.server.routes.set('POST /auth/login', () => tokens('1'));
    await start(['login', '--username', 'ada', '--password-stdin'], { stdin: 'from stdin\n' });
    await start(['login'], { tty: true, answers: ['bob', 'typed'] });
    expect(stage.server.seen.map((request) => request.body)).toEqual([
      { username: 'ada', password: 'from stdin' },
      { username: 'bob', password: 'typed' },
    ]);
  });
  it('stores nothing when the password is wrong', async () => {
    stage.server.routes.set('POST /auth/login', () => problem('invalid_credentials', 'd'));
    const { code, io } = await start(['login', '--username', 'ada'], { env: { GPUSHIELD_PASSWORD: 'no' } });
    expect(code).toBe(3);
    expect(io.err()).toContain('Check the username and the password');
    await expect(stat(credentialsFile())).rejects.toThrow();
  });
  it('renews a token before its end, once, and says so', async () => {
    await signIn(10);
    stage.server.routes.set('POST /auth/refresh', () => tokens('2'));
    stage.server.routes.set('GET /api/v1/nodes', () => page([]));
    const { code, io } = await start(['nodes', 'list']);
    expect(code).toBe(0);
    expect(io.err()).toContain('Session renewed');
    expect(stage.server.seen.at(-1)?.headers.authorization).toBe('Bearer access-2');
    await start(['nodes', 'list']);
    expect(stage.server.seen.filter((request) => request.path === '/auth/refresh')).toHaveLength(1);
  });
  it('renews a refused token once, and ends with 3 when the session is over', async () => {
    await signIn();
    stage.server.routes.set('GET /api/v1/nodes', ({ headers }) =>
      headers.authorization === 'Bearer access-2' ? page([]) : problem('token_expired', 'd'),
    );
    stage.server.routes.set('POST /auth/refresh', () => tokens('2'));
    expect((await start(['nodes', 'list'])).code).toBe(0);
    stage.server.routes.set('GET /api/v1/nodes', () => problem('token_expired', 'd'));
    stage.server.routes.set('POST /auth/refresh', () => problem('invalid_token', 'd'));
    const { code, io } = await start(['nodes', 'list']);
    expect(code).toBe(3);
    expect(io.err()).toContain('gpushield login');
  });
  it('never sends stored tokens to another server', async () => {
    await signIn();
    const other = await startFakeServer();
    other.routes.set('GET /api/v1/nodes', () => page([]));
    await start(['--url', other.url, 'nodes', 'list']);
    expect(other.seen[0]?.headers.authorization).toBeUndefined();
    await other.close();
  });
  it('forgets the tokens on logout even when the server is away', async () => {
    await signIn();
    await stage.server.close();
    expect((await start(['logout'])).code).toBe(0);
    await expect(stat(credentialsFile())).rejects.toThrow();
    await stage.serve();
  });
});

describe('lists', () => {
  it('print one JSON array over all pages up to the limit, as the API gave it', async () => {
    const nodes = [nodeSample(first, 'a'), { ...nodeSample(second, 'b'), extra: '\u009b' }];
    stage.server.routes.set('GET /api/v1/nodes', ({ query }) =>
      query.get('cursor') === 'c1' ? page(nodes.slice(1)) : page(nodes.slice(0, 1), 'c1'),
    );
    expect(JSON.parse((await withKey(['nodes', 'list', '--json'])).io.out())).toEqual(nodes);
    const { io } = await withKey(['nodes', 'list', '--json', '--limit', '1']);
    expect(JSON.parse(io.out())).toEqual(nodes.slice(0, 1));
    expect(io.err()).toContain('--limit');
  });
  it('show no colour and cut nothing off a terminal, and strip hostile names', async () => {
    stage.server.routes.set('GET /api/v1/nodes', () =>
      page([nodeSample(first, `${'n'.repeat(150)}\u001b[2J`)]),
    );
    const plain = (await withKey(['nodes', 'list'])).io.out();
    expect(plain).toContain('n'.repeat(150));
    expect(plain).not.toContain('\u001b');
    const onTerminal = (await withKey(['nodes', 'list'], { tty: true, columns: 80 })).io.out();
    expect(onTerminal).toContain('\u001b[32monline');
    expect(onTerminal).not.toContain('\u001b[2J');
    expect((await withKey(['nodes', 'list'], { tty: true, env: { NO_COLOR: '1' } })).io.out()).not.toContain(
      '\u001b',
    );
  });
  it('name the first difference when the server does not keep the contract', async () => {
    stage.server.routes.set('GET /api/v1/nodes', () =>
      page([{ ...nodeSample(first, 'a'), gpu_count: 'many' }]),
    );
    const { code, io } = await withKey(['nodes', 'list']);
    expect(code).toBe(1);
    expect(io.err()).toContain('gpu_count');
  });
});

describe('ids', () => {
  beforeEach(() => {
    stage.server.routes.set('GET /api/v1/nodes', () =>
      page([nodeSample(first, 'alpha'), nodeSample(second, 'beta')]),
    );
    stage.server.routes.set(`GET /api/v1/nodes/${second}`, () => ({ body: nodeSample(second, 'beta') }));
  });
  it('may be whole, a unique prefix, or a name', async () => {
    for (const given of [second, second.toUpperCase(), second.slice(0, 36), 'beta']) {
      expect((await withKey(['nodes', 'show', given])).code).toBe(0);
    }
  });
  it('are refused with the candidates when a prefix means several, and with 4 when it means none', async () => {
    const many = await withKey(['nodes', 'show', '0197f000']);
    expect(many.code).toBe(2);
    expect(many.io.err()).toContain(first);
    expect((await withKey(['nodes', 'show', 'ffffffff'])).code).toBe(4);
  });
});

describe('changes', () => {
  it('send what the contract says', async () => {
    const alert = alertSample();
    const at = `/api/v1/alerts/${alert.id}`;
    for (const route of [
      `POST ${at}/acknowledge`,
      `POST ${at}/assign`,
      `POST ${at}/resolve`,
      'POST /api/v1/alerts',
    ]) {
      stage.server.routes.set(route, () => ({ body: alert }));
    }
    stage.server.routes.set('POST /api/v1/alerts/query', () => page([alert]));
    stage.server.routes.set('POST /api/v1/users', () => ({ status: 201, body: userSample }));
    stage.server.routes.set(`PATCH /api/v1/users/${userSample.id}`, () => ({ body: userSample }));
    stage.server.routes.set('GET /api/v1/users', () => page([userSample]));
    stage.server.routes.set(`DELETE /api/v1/keys/${keySample.id}`, () => ({ status: 204 }));
    stage.server.routes.set(`GET /api/v1/sensors/${sensorSample.id}`, () => ({ body: sensorSample }));
    stage.server.routes.set(`PUT /api/v1/sensors/${sensorSample.id}/configuration`, ({ body }) => ({
      body: { configuration_version: 2, configuration: body },
    }));
    stage.server.routes.set(`POST /api/v1/sensors/${sensorSample.id}/baseline`, () => ({ status: 204 }));
    const env = { GPUSHIELD_NEW_PASSWORD: 'a long enough one' };
    for (const args of [
      ['alerts', 'list', '--severity', 'high', 'critical', '--since', '2h', '--all'],
      ['alerts', 'acknowledge', alert.id, '--note', 'mine'],
      ['alerts', 'assign', alert.id, 'ada'],
      ['alerts', 'assign', alert.id, '--nobody'],
      ['alerts', 'resolve', alert.id, '--accept'],
      ['alerts', 'create', '--title', 't', '--severity', 'low', '--node', first],
      ['users', 'create', 'bob', '--role', 'viewer', 'analyst', '--email', 'bob@example.org'],
      ['users', 'disable', 'ada', '--yes'],
      ['users', 'enable', 'ada'],
      ['users', 'set-roles', 'ada', '--role', 'viewer'],
      ['users', 'set-password', 'ada'],
      ['keys', 'revoke', keySample.id, '--yes'],
      ['sensors', 'configure', sensorSample.id, '--telemetry-interval', '0.5', '--kernel-log', 'off'],
      ['sensors', 'accept-baseline', sensorSample.id, '--yes'],
    ]) {
      const { code, io } = await withKey(args, { env });
      expect(code, `${args.join(' ')}: ${io.err()}`).toBe(0);
    }
    expect(stage.server.seen.find((request) => request.path.endsWith('/resolve'))?.body).toEqual({
      resolution: 'accepted',
    });
    expect(stage.server.seen.find((request) => request.method === 'PUT')?.body).toEqual({
      ...sensorSample.configuration,
      telemetry_interval_seconds: 0.5,
      kernel_log_enabled: false,
    });
  });
  it('are tried again with the same Idempotency-Key when the server is overloaded, at most three times', async () => {
    let refusals = 2;
    stage.server.routes.set('POST /api/v1/alerts', () =>
      refusals-- > 0
        ? problem('overloaded', 'd', { 'retry-after': '1' })
        : { status: 201, body: alertSample() },
    );
    const create = ['alerts', 'create', '--title', 't', '--severity', 'low'];
    const { code, io } = await withKey(create);
    expect(code).toBe(0);
    expect(io.waits).toEqual([1000, 1000]);
    const keys = stage.server.seen.map((request) => request.headers['idempotency-key']);
    expect(keys).toHaveLength(3);
    expect(new Set(keys).size).toBe(1);
    expect(keys[0]).toMatch(/^"[0-9a-f-]{36}"$/);
    refusals = 100;
    const given = await withKey(create);
    expect(given.code).toBe(6);
    expect(given.io.waits).toHaveLength(3);
  });
  it('that destroy are refused without a terminal and --yes, and without a yes on one', async () => {
    stage.server.routes.set(`DELETE /api/v1/nodes/${first}`, () => ({ status: 204 }));
    const remove = ['nodes', 'delete', first];
    expect((await withKey(remove)).code).toBe(2);
    expect((await withKey(remove, { tty: true, answers: ['n'] })).code).toBe(1);
    expect(stage.server.seen).toEqual([]);
    expect((await withKey(remove, { tty: true, answers: ['y'] })).code).toBe(0);
    expect((await withKey([...remove, '--yes'])).code).toBe(0);
  });
  it('refuse a new password that was typed differently the second time', async () => {
    const { code } = await withKey(['users', 'create', 'bob', '--role', 'viewer'], {
      tty: true,
      answers: ['one', 'two'],
    });
    expect(code).toBe(1);
    expect(stage.server.seen).toEqual([]);
  });
});

describe('a new key', () => {
  it('is alone on stdout, with the warning on stderr even when quiet', async () => {
    stage.server.routes.set('POST /api/v1/keys', () => ({
      status: 201,
      body: { ...keySample, api_key: 'n'.repeat(86) },
    }));
    const { io } = await withKey(['keys', 'create', '--quiet']);
    expect(io.out()).toBe(`${'n'.repeat(86)}\n`);
    expect(io.err()).toContain('only time');
  });
});

describe('a watch', () => {
  it('prints what is new or has changed, once, and ends after its looks', async () => {
    let looks = 0;
    stage.server.routes.set('POST /api/v1/alerts/query', () => {
      looks += 1;
      if (looks === 2) return problem('unavailable', 'd');
      return page(
        looks < 4
          ? [alertSample()]
          : [alertSample({ status: 'acknowledged', updated_at: '2026-01-31T12:04:00.000Z' })],
      );
    });
    const { code, io } = await withKey(['alerts', 'list', '--watch', '2', '--looks', '4', '--json']);
    expect(code).toBe(0);
    const lines = io.out().trim().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { status: string }).status)).toEqual([
      'open',
      'acknowledged',
    ]);
    expect(io.waits).toEqual([2000, 4000, 2000]);
  });
  it('ends with 6 when the server stays away, and at once when it forbids', async () => {
    stage.server.routes.set('POST /api/v1/alerts/query', () => problem('unavailable', 'd'));
    expect((await withKey(['alerts', 'list', '--watch'])).code).toBe(6);
    stage.server.routes.set('POST /api/v1/alerts/query', () => problem('insufficient_scope', 'd'));
    const { code, io } = await withKey(['alerts', 'list', '--watch']);
    expect(code).toBe(3);
    expect(io.waits).toEqual([]);
  });
});

describe('doctor', () => {
  it('says what is well, what is not and the way out, and ends with 1 when something fails', async () => {
    stage.server.routes.set('GET /health', () => ({
      body: {
        status: 'healthy',
        database: 'healthy',
        queue: 'healthy',
        timestamp: '2026-01-31T12:00:00.000Z',
      },
    }));
    stage.server.routes.set('GET /api/v1/me', () => ({
      body: {
        id: 'x',
        kind: 'user',
        username: 'ada',
        roles: ['admin'],
        scopes: ['self'],
        credential_expires_at: null,
      },
    }));
    stage.server.routes.set('GET /api/v1/sensors', () =>
      page([sensorSample, { ...sensorSample, name: 'host-2', status: 'offline' }]),
    );
    stage.server.routes.set('GET /health/details', () => problem('insufficient_scope', 'd'));
    const well = await withKey(['doctor']);
    expect(well.code).toBe(0);
    expect(well.io.out()).toMatch(/^ok {4}server: /m);
    expect(well.io.out()).toContain('warn  sensors: 1 of 2 online: host-2 offline');
    expect((await withKey(['doctor'], { childExitCode: 3 })).code).toBe(1);
    stage.server.routes.set('GET /api/v1/me', () => problem('invalid_api_key', 'd'));
    expect((await withKey(['doctor', '--remote'])).code).toBe(1);
  });
});
