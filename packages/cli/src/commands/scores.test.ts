import { describe, expect, it } from 'vitest';
import { createCliStage } from '../testing/cli-stage.ts';
import { page } from '../testing/fake-server.ts';

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

const stage = createCliStage();

describe('gpushield agents, scores and processes', () => {
  it('registers an agent and prints its secret alone on stdout', async () => {
    stage.server.routes.set('POST /api/v1/agents', () => ({
      status: 201,
      body: { ...agent, secret: 's3cret', previous_expires_at: null, webhook_secrets: {} },
    }));
    const { code, out, err } = await stage.say('agents', 'register', 'node-1', '--format', 'falco');
    expect({ code, out }, err).toEqual({ code: 0, out: 's3cret\n' });
    expect(stage.server.seen.at(-1)?.body).toEqual({ agent_id: 'node-1', format: 'falco' });
  });

  it('lists agents and revokes one', async () => {
    stage.server.routes.set('GET /api/v1/agents', () => page([agent]));
    stage.server.routes.set('DELETE /api/v1/agents/node-1', () => ({ status: 204, body: null }));
    expect((await stage.say('agents', 'list')).out).toMatch(/node-1 +active +gpushield +registered +never/);
    expect((await stage.say('agents', 'revoke', 'node-1', '--yes')).out).toBe('Agent node-1 is revoked.\n');
  });

  it('lists dangerous processes with the reasons, and shows one', async () => {
    stage.server.routes.set('GET /api/v1/scores', () => page([score]));
    stage.server.routes.set('GET /api/v1/processes/node-1%3A7/score', () => ({ status: 200, body: score }));
    const list = await stage.say('scores', 'list', '--risk-min', '50');
    expect(list.out).toMatch(/node-1:7 +88\.5 +python3 +memfd-then-exec \(T1620\)/);
    const { out } = await stage.say('processes', 'show', 'node-1:7');
    expect(out).toContain('risk 88.5  python3');
    expect(out).toContain('88.5 of 90.0');
  });
});
