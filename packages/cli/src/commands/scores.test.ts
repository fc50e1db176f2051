import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { run } from '../run.ts';
import { createFakeIo } from '../testing/fake-io.ts';
import { page, startFakeServer, type FakeServer } from '../testing/fake-server.ts';
import { sampleNow } from '../testing/samples.ts';

let home: string;
let server: FakeServer;
const at = '2026-01-31T12:00:00.000Z';
const agent = {
  id: 'node-1',
  name: 'node-1',
  description: '',
  status: 'active',
  source: 'registered',
  format: 'gpushield',
  node_id: null,
  sensor_id: null,
  labels: {},
  webhooks: [],
  registered_by: 'x',
  last_seen_at: null,
  created_at: at,
  updated_at: at,
};
const score = {
  process_id: 'node-1:7',
  agent_id: 'node-1',
  pid: 7,
  command: 'python3',
  executable: null,
  job_id: null,
  risk_score: 88.5,
  contributions: [
    {
      rule: 'memfd-then-exec',
      title: 'A program was written to memory and run from there',
      technique: 'T1620',
      tactic: 'defense-evasion',
      weight: 90,
      decayed_weight: 88.5,
      timestamp: at,
      event_id: null,
    },
  ],
  half_life_seconds: 3600,
  alert_id: null,
  updated_at: at,
};

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'gpushield-cli-'));
  server = await startFakeServer();
});
afterEach(async () => {
  await server.close();
  await rm(home, { recursive: true, force: true });
});

const start = async (...args: string[]) => {
  const io = createFakeIo({
    home,
    now: () => sampleNow,
    env: { GPUSHIELD_URL: server.url, GPUSHIELD_API_KEY: 'k'.repeat(86) },
  });
  return { code: await run(args, { io, version: '0.1.0' }), out: io.out(), err: io.err() };
};

describe('gpushield agents, scores and processes', () => {
  it('registers an agent and prints its secret alone on stdout', async () => {
    server.routes.set('POST /api/v1/agents', () => ({
      status: 201,
      body: { ...agent, secret: 's3cret', previous_expires_at: null, webhook_secrets: {} },
    }));
    const { code, out, err } = await start('agents', 'register', 'node-1', '--format', 'falco');
    expect({ code, out }, err).toEqual({ code: 0, out: 's3cret\n' });
    expect(server.seen.at(-1)?.body).toEqual({ agent_id: 'node-1', format: 'falco' });
  });

  it('lists agents and revokes one', async () => {
    server.routes.set('GET /api/v1/agents', () => page([agent]));
    server.routes.set('DELETE /api/v1/agents/node-1', () => ({ status: 204, body: null }));
    expect((await start('agents', 'list')).out).toMatch(/node-1 +active +gpushield +registered +never/);
    expect((await start('agents', 'revoke', 'node-1', '--yes')).out).toBe('Agent node-1 is revoked.\n');
  });

  it('lists dangerous processes with the reasons, and shows one', async () => {
    server.routes.set('GET /api/v1/scores', () => page([score]));
    server.routes.set('GET /api/v1/processes/node-1%3A7/score', () => ({ status: 200, body: score }));
    const list = await start('scores', 'list', '--risk-min', '50');
    expect(list.out).toMatch(/node-1:7 +88\.5 +python3 +memfd-then-exec \(T1620\)/);
    const { out } = await start('processes', 'show', 'node-1:7');
    expect(out).toContain('risk 88.5  python3');
    expect(out).toContain('88.5 of 90.0');
  });
});
