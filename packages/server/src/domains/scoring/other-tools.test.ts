import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { askingAs, seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';

const database = testDatabase();
let app: App;
let token = '';

beforeAll(async () => {
  app = await testApp({ db: database.db });
  token = await signIn(app, (await seedUser(database.db, app, ['admin'])).username);
});
afterAll(() => stopApp(app));

const { call, get } = askingAs(() => ({ app, token }));
const now = (): string => new Date().toISOString();

describe('other tools', () => {
  const register = (id: string, format: string) => call('POST', '/api/v1/agents', { agent_id: id, format });

  it('Falco reports through falcosidekick with a key of its own', async () => {
    await register('falco-1', 'falco');
    const answer = await call('POST', '/api/v1/events/falco/falco-1', {
      uuid: '0f0c7b1e-0001-4000-8000-000000000001',
      output: 'A shell was spawned in a container',
      priority: 'Critical',
      rule: 'Terminal shell in container',
      time: '2026-01-02T03:04:05.123456789Z',
      output_fields: {
        'evt.type': 'execve',
        'proc.pid': 4242,
        'proc.name': 'bash',
        'container.id': 'abc',
        'user.name': 'root',
        'k8s.pod.name': null,
      },
      source: 'syscall',
      tags: ['shell'],
      hostname: 'node-1',
    });
    expect(answer.json(), answer.body).toMatchObject({ accepted: 1 });
    expect(await get('/api/v1/processes/falco-1:4242')).toMatchObject({
      command: 'bash',
      container_id: 'abc',
      user_name: 'root',
    });
    const score = (await get('/api/v1/processes/falco-1:4242/score')) as unknown as {
      contributions: { rule: string }[];
    };
    expect(score.contributions.map(({ rule }) => rule)).toContain('falco-critical');
  });

  it('Tetragon reports JSON a line; a broken line does not sink the others', async () => {
    await register('tetragon-1', 'tetragon');
    const exec = {
      process_exec: {
        process: {
          pid: 11,
          uid: 0,
          binary: '/dev/shm/x',
          arguments: '-a',
          start_time: '2026-01-02T03:04:05.1Z',
          pod: { name: 'p', namespace: 'n', container: { id: 'containerd://1', image: { name: 'i:1' } } },
        },
        parent: { pid: 1, start_time: '2026-01-01T00:00:00Z', binary: '/bin/sh' },
      },
      node_name: 'node-1',
      time: '2026-01-02T03:04:05.2Z',
    };
    const lines = `${JSON.stringify(exec)}\n{"broken\n\n${JSON.stringify({ rate_limit_info: {}, time: now() })}\n`;
    const answer = await app.http.app.inject({
      method: 'POST',
      url: '/api/v1/events/tetragon/tetragon-1',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/x-ndjson' },
      payload: lines,
    });
    expect(answer.json(), answer.body).toMatchObject({ accepted: 1, errors: 2 });
    const { data } = await get('/api/v1/scores?agent_id=tetragon-1');
    expect(data).toMatchObject([
      { executable: '/dev/shm/x', contributions: [{ rule: 'exec-from-shared-memory' }] },
    ]);
    expect((await call('POST', '/api/v1/events/falco/tetragon-1', {})).statusCode).toBe(409);
  });
});
