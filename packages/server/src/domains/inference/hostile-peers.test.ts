import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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
let folder: string;
let token: string;
const post = poster(() => app);
const messages = [{ role: 'user', content: 'go' }];
const chat = (body: object) => post('/v1/chat/completions', { messages, ...body }, bearer(token));
const secret = `sk-${'A1b2'.repeat(12)}`;

beforeAll(async () => {
  ollama = await fakeOllama();
  openai = await fakeOpenai();
  folder = await mkdtemp(join(tmpdir(), 'gpushield-models-'));
  await writeFile(
    join(folder, 'models.yaml'),
    `models:
  - { name: broken, targets: [{ upstream: openai, model: none }], fallbacks: [theirs, small, ours], max_output_tokens: 64 }
  - { name: theirs, targets: [{ upstream: ollama, model: theirs }], roles: [admin], max_output_tokens: 64 }
  - { name: small, targets: [{ upstream: ollama, model: small }], max_output_tokens: 4 }
  - { name: ours, targets: [{ upstream: ollama, model: ours }], max_output_tokens: 64 }
`,
  );
  app = await testApp({
    db: database.db,
    env: {
      OLLAMA_BASE_URL: ollama.url,
      GPUSHIELD_OLLAMA_CONCURRENCY: '1',
      OPENAI_BASE_URL: openai.url,
      OPENAI_API_KEY: 'sk-of-the-fake-server-000000000000',
      GPUSHIELD_MODELS_FILE: join(folder, 'models.yaml'),
      GPUSHIELD_LLM_REQUESTS_PER_MINUTE: '100000',
      GPUSHIELD_LLM_DEADLINE_SECONDS: '2',
    },
  });
  token = await signIn(app, (await seedUser(database.db, app, ['researcher'])).username);
});
afterEach(() => {
  ollama.behave(undefined);
  openai.behave(undefined);
});
afterAll(async () => {
  await stopApp(app);
  await ollama.close();
  await openai.close();
  await rm(folder, { recursive: true, force: true });
});

const about = { id: 'x', created: 1, model: 'gpt-x' };

describe('an answer with more than the gateway reads', () => {
  const hidden = {
    audio: { transcript: secret },
    function_call: { name: 'f', arguments: secret },
    reasoning_details: [{ text: secret }],
    annotations: [{ url: secret }],
  };

  it('comes without it, and with parts and arguments that were screened', async () => {
    openai.behave((_request, response) => {
      const call = { id: '1', type: 'function', function: { name: 'f', arguments: { key: secret } } };
      const message = {
        role: 'assistant',
        content: [{ type: 'text', text: `The key is ${secret}` }],
        tool_calls: [call],
        ...hidden,
      };
      const choice = { index: 0, message, finish_reason: 'stop', prompt_logprobs: [secret] };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...about, object: 'chat.completion', choices: [choice], kv: secret }));
    });
    const answer = await chat({ model: 'gpt-x' });
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.body).not.toContain(secret);
    expect(answer.body).toContain('The key is [');
  });

  it('streams without it, and without the probabilities of what is held back', async () => {
    openai.behave((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const send = (delta: object, finish_reason: string | null): void => {
        const logprobs = { content: [{ token: secret, logprob: 0, top_logprobs: [] }] };
        const chunk = {
          ...about,
          object: 'chat.completion.chunk',
          choices: [{ index: 0, delta, logprobs, finish_reason }],
        };
        response.write(`data: ${JSON.stringify(chunk)}\n\n`);
      };
      send({ role: 'assistant', content: 'The key is ' }, null);
      for (const piece of secret.match(/.{1,4}/g) ?? []) send({ content: piece, ...hidden }, null);
      send({}, 'stop');
      response.end('data: [DONE]\n\n');
    });
    const answer = await chat({ model: 'gpt-x', stream: true, logprobs: true });
    expect(answer.body).toContain('The key is');
    expect(answer.body).not.toContain(secret);
    expect(answer.body).not.toMatch(/transcript|reasoning_details|A1b2A1b2/);
    expect(answer.body).toContain('[DONE]');
  });
});

describe('an answer that is none', () => {
  const answerWith = (body: string): void => {
    openai.behave((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(body);
    });
  };

  it.each([
    ['choices that are no objects', '{"choices":[null,5]}'],
    ['choices of lists', `{"choices":${'['.repeat(5000)}${']'.repeat(5000)}}`],
    ['a choice without a message', '{"choices":[{"index":0,"finish_reason":"stop"}]}'],
    ['a text in the place of a message', '{"choices":[{"index":0,"text":"go"}]}'],
  ])('%s: 502, and nothing of it comes through', async (_what, body) => {
    answerWith(body);
    const answer = await chat({ model: 'gpt-x' });
    expect(answer.statusCode, answer.body).toBe(502);
    expect(answer.json()).toMatchObject({ error: { code: 'upstream_failed' } });
  });

  it('of words that are no text: they are left out, for nobody reads them', async () => {
    const message = {
      role: ['assistant'],
      content: { hidden: secret },
      reasoning: { hidden: secret },
      refusal: [secret],
      tool_calls: [{ id: '1', type: 'function', function: { name: { hidden: secret }, arguments: '{}' } }],
    };
    answerWith(
      JSON.stringify({ ...about, choices: [{ index: 0, message, finish_reason: { hidden: secret } }] }),
    );
    const answer = await chat({ model: 'gpt-x' });
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.body).not.toContain(secret);
    expect(answer.body).not.toContain('hidden');
  });

  it.each([
    ['bytes that are no events', 'nonsense\n\n', 502],
    ['nothing', '', 502],
    [
      'a stream that ends in mid-sentence',
      'data: {"choices":[{"index":0,"delta":{"content":"half"}}]}\n\n',
      200,
    ],
  ])('as a stream of %s: the client is told, never that it is done', async (_what, body, status) => {
    openai.behave((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', connection: 'close' });
      response.end(body);
    });
    const answer = await chat({ model: 'gpt-x', stream: true });
    expect(answer.statusCode, answer.body).toBe(status);
    expect(answer.body).toContain('upstream_failed');
    expect(answer.body).not.toContain('[DONE]');
  });

  it('but it is one without [DONE], where the choice says that it ended', async () => {
    openai.behave((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end('data: {"choices":[{"index":0,"delta":{"content":"all"},"finish_reason":"stop"}]}\n\n');
    });
    const answer = await chat({ model: 'gpt-x', stream: true });
    expect(answer.body).toContain('all');
    expect(answer.body).toContain('[DONE]');
  });
});

describe('fallbacks', () => {
  it('are those that the user may use, and that may answer as much', async () => {
    openai.behave((_request, response) => {
      response.writeHead(500).end('{}');
    });
    const before = ollama.requests.length;
    const answer = await chat({ model: 'broken', max_tokens: 8 });
    expect(answer.statusCode, answer.body).toBe(200);
    expect(ollama.requests.slice(before).map(({ model }) => model)).toEqual(['ours']);
  });
});

describe('a kept connection that the model server closes as the next call comes', () => {
  /** Each connection serves one call and meets the second with its end. */
  const closeOnSecond = (): void => {
    const served = new WeakSet<Socket>();
    openai.behave((request, response, body) => {
      if (served.has(request.socket)) {
        request.socket.destroy();
        return;
      }
      served.add(request.socket);
      const choice = { index: 0, finish_reason: 'stop' };
      const usage = { prompt_tokens: 2, completion_tokens: 3 };
      if (body['stream'] === true) {
        const chunk = { ...choice, delta: { content: 'fine' } };
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(`data: ${JSON.stringify({ choices: [chunk], usage })}\n\ndata: [DONE]\n\n`);
        return;
      }
      response.writeHead(200, { 'content-type': 'application/json' });
      const message = { role: 'assistant', content: 'fine' };
      response.end(JSON.stringify({ choices: [{ ...choice, message }], usage }));
    });
  };

  it.each([false, true])('costs no call, and each stands in the ledger once (stream: %s)', async (stream) => {
    const { username } = await seedUser(database.db, app, ['researcher']);
    const authorization = bearer(await signIn(app, username));
    const seen = openai.requests.length;
    closeOnSecond();
    for (let call = 0; call < 4; call += 1) {
      const body = { model: 'gpt-x', messages, max_tokens: 8, stream };
      const answer = await post('/v1/chat/completions', body, authorization);
      expect(answer.statusCode, answer.body).toBe(200);
      expect(answer.body).toContain('fine');
    }
    expect(openai.requests.length - seen, 'some connections were closed under a call').toBeGreaterThan(4);
    const entries = async () =>
      (
        await database.db.query(
          `SELECT outcome, prompt_tokens::int, completion_tokens::int FROM usage_entries
           WHERE principal_id = (SELECT id::text FROM users WHERE username = $1)`,
          [username],
        )
      ).rows;
    const once = { outcome: 'ok', prompt_tokens: 2, completion_tokens: 3 };
    await expect.poll(entries, { timeout: 10_000 }).toEqual([once, once, once, once]);
  });
});

describe('a client that stops reading', () => {
  it('keeps the model’s place until its deadline and no longer', async () => {
    ollama.behave((_request, response) => {
      const line = `${JSON.stringify({ message: { content: 'word '.repeat(6000) }, done: false })}\n`;
      const more = (): void => {
        while (!response.destroyed && response.write(line));
      };
      response.on('drain', more);
      more();
    });
    await app.http.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.http.app.server.address() as AddressInfo;
    const body = JSON.stringify({ model: 'phi', messages, max_tokens: 500, stream: true });
    const socket = await new Promise<Socket>((resolve) => {
      const stalled = connect(port, '127.0.0.1', () => {
        stalled.write(
          `POST /v1/chat/completions HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-type: application/json\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`,
        );
      });
      stalled.once('data', (head: Buffer) => {
        expect(head.toString()).toMatch(/^HTTP\/1\.1 200/);
        stalled.pause();
        resolve(stalled);
      });
    });
    ollama.behave(undefined);
    // One call at a time: this one waits for the other's place, within its own deadline.
    await expect
      .poll(async () => (await chat({ model: 'phi', max_tokens: 2 })).statusCode, { timeout: 20_000 })
      .toBe(200);
    expect(socket.destroyed).toBe(false);
    socket.destroy();
  });
});
