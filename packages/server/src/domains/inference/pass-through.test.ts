import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { fakeOllama, fakeOpenai, type FakeServer } from './testing/fake-upstreams.ts';
import { bearer, poster } from './testing/served-app.ts';

const database = testDatabase();
let app: App;
let ollama: FakeServer;
let openai: FakeServer;
let authorization: Record<string, string>;
const post = poster(() => app);

beforeAll(async () => {
  ollama = await fakeOllama();
  openai = await fakeOpenai();
  app = await testApp({
    db: database.db,
    env: {
      OLLAMA_BASE_URL: ollama.url,
      OPENAI_BASE_URL: openai.url,
      OPENAI_API_KEY: 'sk-of-the-fake-server-000000000000',
      GPUSHIELD_LLM_REQUESTS_PER_MINUTE: '100000',
      GPUSHIELD_LLM_TOKENS_PER_MINUTE: '100000000',
    },
  });
  authorization = bearer(await signIn(app, (await seedUser(database.db, app, ['researcher'])).username));
});
afterEach(() => {
  ollama.behave(undefined);
  openai.behave(undefined);
});
afterAll(async () => {
  await stopApp(app);
  await ollama.close();
  await openai.close();
});

const pixel = 'iVBORw0KGgo=';
const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tool = {
  type: 'function',
  function: { name: 'weather', description: 'The weather', parameters: schema },
};

const send = async (url: string, body: object) => {
  const answer = await post(url, body, authorization);
  expect(answer.statusCode, answer.body).toBe(200);
  return answer;
};

describe('OpenAI’s requests', () => {
  const ask = (model: string, more: object) =>
    send('/v1/chat/completions', {
      model,
      messages: [{ role: 'user', content: 'go' }],
      max_tokens: 4,
      ...more,
    });
  const see = {
    messages: [
      {
        role: 'user',
        content: [
          { type: 'text', text: 'What is this?' },
          { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}`, detail: 'low' } },
        ],
      },
    ],
  };
  const called = [
    { role: 'user', content: 'The weather?' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Ulm"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: '21 degrees' },
  ];
  const format = { type: 'json_schema', json_schema: { name: 'place', schema, strict: true } };

  it('bring tools, their results, JSON modes and pictures to a server of that protocol as they are', async () => {
    await ask('gpt-x', { tools: [tool], tool_choice: 'auto', messages: called, parallel_tool_calls: false });
    expect(openai.requests.at(-1)).toMatchObject({ tools: [tool], tool_choice: 'auto', messages: called });
    await ask('gpt-x', { response_format: { type: 'json_object' } });
    expect(openai.requests.at(-1)).toMatchObject({ response_format: { type: 'json_object' } });
    await ask('gpt-x', { response_format: format, stream: true });
    expect(openai.requests.at(-1)).toMatchObject({ response_format: format, stream: true });
    await ask('gpt-x', see);
    expect(openai.requests.at(-1)).toMatchObject(see);
  });

  it('bring them to Ollama in its own form', async () => {
    await ask('phi', { tools: [tool], messages: called });
    expect(ollama.requests.at(-1)).toMatchObject({
      tools: [tool],
      messages: [
        { role: 'user', content: 'The weather?' },
        { role: 'assistant', tool_calls: [{ function: { name: 'weather', arguments: { city: 'Ulm' } } }] },
        { role: 'tool', content: '21 degrees', tool_name: 'weather' },
      ],
    });
    await ask('phi', { response_format: { type: 'json_object' } });
    expect(ollama.requests.at(-1)).toMatchObject({ format: 'json' });
    await ask('phi', { response_format: format });
    expect(ollama.requests.at(-1)).toMatchObject({ format: schema });
    await ask('phi', see);
    expect(ollama.requests.at(-1)).toMatchObject({
      messages: [{ role: 'user', content: 'What is this?', images: [pixel] }],
    });
  });

  it('get the calls of tools back, whole and in a stream', async () => {
    ollama.behave((_request, response) => {
      const message = {
        role: 'assistant',
        content: '',
        tool_calls: [{ function: { name: 'weather', arguments: { city: 'Ulm' } } }],
      };
      response.end(`${JSON.stringify({ message, done: true, done_reason: 'stop', eval_count: 3 })}\n`);
    });
    const whole = await ask('phi', { tools: [tool] });
    const expected = { type: 'function', function: { name: 'weather', arguments: '{"city":"Ulm"}' } };
    expect(whole.json()).toMatchObject({
      choices: [{ finish_reason: 'tool_calls', message: { tool_calls: [expected] } }],
    });
    const { body } = await ask('phi', { tools: [tool], stream: true });
    const chunks = body
      .split('\n\n')
      .filter((line) => line.startsWith('data: {'))
      .map((line) => JSON.parse(line.slice(6)) as { choices: { delta?: { tool_calls?: object[] } }[] });
    const calls = chunks.flatMap(({ choices }) => choices.flatMap(({ delta }) => delta?.tool_calls ?? []));
    expect(calls[0]).toMatchObject({ index: 0, function: { name: 'weather' } });
    expect(body).toContain('Ulm');
    expect(body).toContain('"finish_reason":"tool_calls"');
  });
});

describe('Ollama’s requests', () => {
  const messages = [{ role: 'user', content: 'What is this?', images: [pixel] }];

  it('bring tools, formats and pictures to Ollama as they are', async () => {
    await send('/api/chat', { model: 'phi', messages, tools: [tool], format: schema, stream: false });
    expect(ollama.requests.at(-1)).toMatchObject({ messages, tools: [tool], format: schema });
    await send('/api/generate', {
      model: 'phi',
      prompt: 'go',
      images: [pixel],
      format: 'json',
      stream: false,
    });
    expect(ollama.requests.at(-1)).toMatchObject({ prompt: 'go', images: [pixel], format: 'json' });
  });

  it('bring them to a server of OpenAI’s protocol in its form', async () => {
    await send('/api/chat', { model: 'gpt-x', messages, tools: [tool], format: 'json', stream: false });
    expect(openai.requests.at(-1)).toMatchObject({
      tools: [tool],
      response_format: { type: 'json_object' },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url: expect.stringContaining(pixel) as string } },
          ],
        },
      ],
    });
  });
});

describe('requests of /v1/responses', () => {
  it('bring tools, a schema and pictures', async () => {
    const url = `data:image/png;base64,${pixel}`;
    await send('/v1/responses', {
      model: 'gpt-x',
      max_output_tokens: 4,
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'What is this?' },
            { type: 'input_image', image_url: url },
          ],
        },
      ],
      tools: [{ type: 'function', ...tool.function }],
      text: { format: { type: 'json_schema', name: 'place', schema } },
    });
    expect(openai.requests.at(-1)).toMatchObject({
      tools: [tool],
      response_format: { type: 'json_schema', json_schema: { name: 'place', schema } },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    });
  });
});
