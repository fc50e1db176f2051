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
  const code = await run(args, { io, version: '0.1.0' });
  return { code, out: io.out(), err: io.err() };
};

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
    server.routes.set('GET /api/v1/models', () => ({ status: 200, body: { data: [model] } }));
    const { code, out } = await start('models', 'list');
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
    server.routes.set('GET /api/v1/usage', () => page([entry]));
    expect((await start('usage', 'list')).out).toMatch(/ann +phi +chat ok +20 +30 +1\.50 +0\.2500/);
  });

  it('asks a model, and prints the answer alone', async () => {
    const answer = { content: 'Trust nobody.', model: 'phi', tokens_used: 9, latency_ms: 12 };
    server.routes.set('POST /api/v1/llm/generate', () => ({ status: 200, body: answer }));
    expect(await start('llm', 'ask', 'phi', 'Explain.')).toMatchObject({ code: 0, out: 'Trust nobody.\n' });
  });
});
