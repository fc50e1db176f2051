import type { AddressInfo } from 'node:net';
import { Ollama } from 'ollama';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { fakeOllama, fakeOpenai, type FakeServer } from './testing/fake-upstreams.ts';
import { realOllama, type RealOllama } from './testing/real-ollama.ts';

const database = testDatabase();
let app: App;
let fakes: readonly FakeServer[];
let real: RealOllama | undefined;
let url: string;
let token: string;

beforeAll(async () => {
  const [ollama, openai] = [await fakeOllama(), await fakeOpenai()];
  fakes = [ollama, openai];
  real = realOllama();
  app = await testApp({
    db: database.db,
    env: {
      OLLAMA_BASE_URL: real?.url ?? ollama.url,
      OPENAI_BASE_URL: openai.url,
      OPENAI_API_KEY: 'sk-of-the-fake-server-000000000000',
      GPUSHIELD_LLM_REQUESTS_PER_MINUTE: '100000',
    },
  });
  await app.http.app.listen({ host: '127.0.0.1', port: 0 });
  url = `http://127.0.0.1:${String((app.http.app.server.address() as AddressInfo).port)}`;
  token = await signIn(app, (await seedUser(database.db, app, ['researcher'])).username);
}, 180_000);
afterAll(async () => {
  await stopApp(app);
  for (const fake of fakes) await fake.close();
  real?.stop();
});

/** The model behind each kind of upstream; Ollama's is the real one where it is there. */
const models = (): readonly (readonly [string, string])[] => [
  ['Ollama', real === undefined ? 'phi' : 'tiny'],
  ['OpenAI', 'gpt-x'],
];
const messages = [{ role: 'user' as const, content: 'Explain zero-trust.' }];

describe.each([0, 1])('unmodified clients before upstream %i', (which) => {
  const model = (): string => models()[which]?.[1] ?? '';
  const openai = () => new OpenAI({ baseURL: `${url}/v1`, apiKey: token, maxRetries: 0 });
  const ollama = () => new Ollama({ host: url, headers: { Authorization: `Bearer ${token}` } });

  it('openai: models, chat, its stream with usage, completions', async () => {
    const client = openai();
    const listed = await client.models.list();
    expect(listed.data.map(({ id }) => id.replace(':latest', ''))).toContain(model());
    const chat = await client.chat.completions.create({ model: model(), messages, max_completion_tokens: 6 });
    expect(chat.choices[0]?.message.content?.length).toBeGreaterThan(3);
    expect(chat.usage).toMatchObject({ completion_tokens: 6 });
    const stream = await client.chat.completions.create({
      model: model(),
      messages,
      max_completion_tokens: 6,
      stream: true,
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage: OpenAI.CompletionUsage | null | undefined;
    let finish: string | null | undefined;
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? '';
      finish = chunk.choices[0]?.finish_reason ?? finish;
      usage = chunk.usage ?? usage;
    }
    expect(text.length).toBeGreaterThan(3);
    expect(finish).toBe('length');
    expect(usage).toMatchObject({ completion_tokens: 6 });
    const completion = await client.completions.create({ model: model(), prompt: 'Once', max_tokens: 4 });
    expect(completion.choices[0]?.text.length).toBeGreaterThan(1);
  });

  it('openai: responses, whole and as a stream; embeddings', async () => {
    const client = openai();
    const response = await client.responses.create({ model: model(), input: 'Hello', max_output_tokens: 5 });
    expect(response.output_text.length).toBeGreaterThan(1);
    expect(response.usage).toMatchObject({ output_tokens: 5 });
    const types: string[] = [];
    let delta = '';
    for await (const event of await client.responses.create({
      model: model(),
      input: [{ role: 'user', content: 'Hello' }],
      max_output_tokens: 5,
      stream: true,
    })) {
      types.push(event.type);
      if (event.type === 'response.output_text.delta') delta += event.delta;
    }
    expect(types[0]).toBe('response.created');
    expect(types.at(-1)).toBe('response.incomplete');
    expect(delta.length).toBeGreaterThan(1);
    const embedded = await client.embeddings.create({
      model: model(),
      input: 'a text',
      encoding_format: 'float',
    });
    expect(embedded.data[0]?.embedding.length).toBeGreaterThan(1);
  });

  it('ollama: list, chat, generate, both as streams, embed', async () => {
    const client = ollama();
    expect((await client.list()).models.length).toBeGreaterThan(0);
    const options = { num_predict: 5 };
    const chat = await client.chat({ model: model(), messages, options });
    expect(chat.message.content.length).toBeGreaterThan(3);
    expect(chat).toMatchObject({ done: true, done_reason: 'length', eval_count: 5 });
    const generated = await client.generate({ model: model(), prompt: 'Once', options });
    expect(generated.response?.length).toBeGreaterThan(3);
    let text = '';
    let last: { done: boolean; eval_count: number } | undefined;
    for await (const part of await client.chat({ model: model(), messages, options, stream: true })) {
      text += part.message.content;
      last = part;
    }
    expect(text.length).toBeGreaterThan(3);
    expect(last).toMatchObject({ done: true, eval_count: 5 });
    let said = '';
    for await (const part of await client.generate({ model: model(), prompt: 'Once', options, stream: true }))
      said += part.response ?? '';
    expect(said.length).toBeGreaterThan(3);
    const { embeddings } = await client.embed({ model: model(), input: 'a text' });
    expect(embeddings[0]?.length).toBeGreaterThan(1);
  });

  it('ollama: show, ps, version, and the embeddings of before', async () => {
    const client = ollama();
    const shown = await client.show({ model: model() });
    expect(shown.capabilities).toContain('completion');
    expect(JSON.stringify(shown)).not.toMatch(/blobs|secret/);
    expect(await client.version()).toMatchObject({
      version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
    });
    const { embedding } = await client.embeddings({ model: model(), prompt: 'a text' });
    expect(embedding.length).toBeGreaterThan(1);
    expect(embedding.every((value) => typeof value === 'number')).toBe(true);
    // Only a server of Ollama's kind says what it has loaded.
    const { models: loaded } = await client.ps();
    expect(loaded.map(({ name }) => name.replace(':latest', ''))).toEqual([models()[0]?.[1]]);
    expect(JSON.stringify(loaded)).not.toContain('blobs');
    await expect(client.show({ model: 'none-such' })).rejects.toMatchObject({ status_code: 404 });
  });

  it('each client reads an error in its own form', async () => {
    await expect(openai().chat.completions.create({ model: 'none-such', messages })).rejects.toMatchObject({
      status: 404,
      code: 'model_not_found',
      type: 'invalid_request_error',
    });
    await expect(ollama().chat({ model: 'none-such', messages })).rejects.toMatchObject({
      status_code: 404,
      error: expect.stringContaining('There is no model') as string,
    });
    const stranger = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'k'.repeat(86), maxRetries: 0 });
    await expect(stranger.models.list()).rejects.toMatchObject({ status: 401 });
  });
});

describe('a token for another model', () => {
  it('is told of no model but its own, loaded or not', async () => {
    const made = await fetch(`${url}/auth/scoped-token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ model: 'gpt-x', max_tokens: 10, scopes: ['models:read'] }),
    });
    const { access_token: scoped } = (await made.json()) as { access_token: string };
    const bound = new Ollama({ host: url, headers: { Authorization: `Bearer ${scoped}` } });
    expect((await bound.ps()).models).toEqual([]);
    expect((await bound.list()).models.map(({ name }) => name)).toEqual(['gpt-x']);
    await expect(bound.show({ model: models()[0]?.[1] ?? '' })).rejects.toMatchObject({ status_code: 404 });
    expect((await bound.show({ model: 'gpt-x' })).capabilities).toEqual(['completion']);
  });
});

describe('the seed’s three calls', () => {
  it('work over HTTP as they stand', async () => {
    const model = models()[0]?.[1] ?? '';
    const json = async (path: string, body: object, headers: Record<string, string>) => {
      const answer = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      });
      expect(answer.status).toBe(200);
      return (await answer.json()) as Record<string, unknown>;
    };
    const scoped = await json(
      '/auth/scoped-token',
      { model, max_tokens: 128, scopes: ['llm:generate'] },
      { authorization: `Bearer ${token}` },
    );
    const answer = await json(
      '/api/v1/llm/generate',
      { prompt: 'Explain zero-trust.', model, max_tokens: 64 },
      { 'x-llm-token': String(scoped['access_token']) },
    );
    expect(answer).toMatchObject({
      content: expect.any(String) as string,
      model: expect.stringContaining(model) as string,
    });
    expect(Number(answer['tokens_used'])).toBeLessThanOrEqual(128);
  });
});
