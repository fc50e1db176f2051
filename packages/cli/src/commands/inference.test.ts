import { describe, expect, it } from 'vitest';
import { createCliStage } from '../testing/cli-stage.ts';
import { page } from '../testing/fake-server.ts';

const stage = createCliStage();

describe('gpushield models, usage and llm', () => {
  it('lists models with their servers', async () => {
    const model = {
      name: 'phi',
      targets: [{ upstream: 'ollama', model: 'phi:latest', weight: 1, status: 'healthy' }],
      fallbacks: [],
      context_tokens: null,
      max_output_tokens: 512,
      price: { input: 0, output: 0 },
      gpu_share: 1,
    };
    stage.server.routes.set('GET /api/v1/models', () => ({ status: 200, body: { data: [model] } }));
    const { code, out } = await stage.say('models', 'list');
    expect(code).toBe(0);
    expect(out).toMatch(/phi +ollama \(healthy\) +- +512/);
  });

  it('shows the ledger', async () => {
    const entry = {
      id: '019c0000-0000-7000-8000-000000000001',
      at: '2026-01-31T12:00:00.000Z',
      principal_id: 'ann',
      kind: 'inference',
      subject: 'phi',
      operation: 'chat',
      provider: 'ollama',
      outcome: 'ok',
      prompt_tokens: 20,
      completion_tokens: 30,
      gpu_seconds: 1.5,
      cost: 0.25,
      duration_ms: 100,
      correlation_id: 'c',
    };
    stage.server.routes.set('GET /api/v1/usage', () => page([entry]));
    expect((await stage.say('usage', 'list')).out).toMatch(/ann +phi +chat ok +20 +30 +1\.50 +0\.2500/);
  });

  it('asks a model, and prints the answer alone', async () => {
    const answer = { content: 'Trust nobody.', model: 'phi', tokens_used: 9, latency_ms: 12 };
    stage.server.routes.set('POST /api/v1/llm/generate', () => ({ status: 200, body: answer }));
    expect(await stage.say('llm', 'ask', 'phi', 'Explain.')).toMatchObject({
      code: 0,
      out: 'Trust nobody.\n',
    });
  });
});
