import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { objectOf, type JsonObject } from '../json.ts';

/** A model server of the tests, on loopback. */
export interface FakeServer {
  readonly url: string;
  /** Bodies of the requests so far. */
  readonly requests: JsonObject[];
  /** Headers of the requests so far. */
  readonly headers: IncomingMessage['headers'][];
  /** Tokens that it has made so far. */
  generated(): number;
  /** Answers instead of it, until told otherwise. */
  behave(how: Behaviour | undefined): void;
  close(): Promise<void>;
}

export type Behaviour = (request: IncomingMessage, response: ServerResponse, body: JsonObject) => void;

const bodyOf = async (request: IncomingMessage): Promise<JsonObject> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? {} : objectOf(JSON.parse(text));
};

const closeServer = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });

const serve = async (
  answer: (
    request: IncomingMessage,
    response: ServerResponse,
    body: JsonObject,
    count: (tokens: number) => void,
  ) => void,
  suffix = '',
): Promise<FakeServer> => {
  const requests: JsonObject[] = [];
  const headers: IncomingMessage['headers'][] = [];
  let generated = 0;
  let behaviour: Behaviour | undefined;
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      if (request.method === 'POST') {
        requests.push(body);
        headers.push(request.headers);
      }
      if (behaviour !== undefined && request.method === 'POST') behaviour(request, response, body);
      else answer(request, response, body, (tokens) => (generated += tokens));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}${suffix}`,
    requests,
    headers,
    generated: () => generated,
    behave: (how) => {
      behaviour = how;
    },
    close: () => closeServer(server),
  };
};

const json = (response: ServerResponse, value: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
};

const promptBytes = (body: JsonObject): number =>
  JSON.stringify(body['messages'] ?? body['prompt'] ?? body['input'] ?? '').length;

const measures = (body: JsonObject, tokens: number) => ({
  total_duration: 5_000_000,
  load_duration: 1000,
  prompt_eval_count: Math.ceil(promptBytes(body) / 8),
  prompt_eval_duration: 1_000_000,
  eval_count: tokens,
  eval_duration: tokens * 1_000_000,
});

const noted = { parent_model: '/root/.ollama/models/blobs/sha256-1', format: 'gguf', family: 'llama' };

/** Speaks as Ollama does: as many words as it is asked for. */
export const fakeOllama = (models: readonly string[] = ['phi:latest']): Promise<FakeServer> =>
  serve((request, response, body, count) => {
    if (request.url === '/api/tags') {
      json(response, { models: models.map((name) => ({ name, modified_at: '2026-01-01T00:00:00Z' })) });
      return;
    }
    if (request.url === '/api/ps') {
      const loaded = { size: 5, digest: 'd', expires_at: '2026-01-01T00:00:00Z', size_vram: 5 };
      json(response, { models: models.map((name) => ({ name, model: name, ...loaded, details: noted })) });
      return;
    }
    if (request.url === '/api/show') {
      json(response, {
        modelfile: 'FROM /root/.ollama/models/blobs/sha256-1\nSYSTEM my secret instructions',
        system: 'my secret instructions',
        parameters: 'temperature 0',
        template: '{{ .Prompt }}',
        details: noted,
        model_info: { 'llama.context_length': 4096, 'tokenizer.ggml.tokens': ['a', 'b'] },
        capabilities: ['completion', 'tools'],
      });
      return;
    }
    if (request.url === '/api/embed') {
      const input = Array.isArray(body['input']) ? body['input'] : [body['input']];
      json(response, {
        model: body['model'],
        embeddings: input.map((_, i) => [i, 0.5, 1]),
        ...measures(body, 0),
      });
      return;
    }
    const tokens = Number(objectOf(body['options'])['num_predict'] ?? 8);
    count(tokens);
    const isChat = request.url === '/api/chat';
    const text = (content: string) =>
      isChat ? { message: { role: 'assistant', content } } : { response: content };
    const base = { model: body['model'], created_at: '2026-01-01T00:00:00Z' };
    const done = { ...base, done: true, done_reason: 'length', ...measures(body, tokens) };
    if (body['stream'] === false) {
      json(response, { ...done, ...text('word '.repeat(tokens)) });
      return;
    }
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    for (let index = 0; index < tokens; index += 1) {
      response.write(`${JSON.stringify({ ...base, ...text('word '), done: false })}\n`);
    }
    response.end(`${JSON.stringify({ ...done, ...text('') })}\n`);
  });

/** Speaks as OpenAI does. The URL ends in /v1. */
export const fakeOpenai = (models: readonly string[] = ['gpt-x']): Promise<FakeServer> =>
  serve((request, response, body, count) => {
    if (request.url === '/v1/models') {
      json(response, {
        object: 'list',
        data: models.map((id) => ({ id, object: 'model', created: 1, owned_by: 'x' })),
      });
      return;
    }
    const usage = { prompt_tokens: Math.ceil(promptBytes(body) / 8), completion_tokens: 0, total_tokens: 0 };
    if (request.url === '/v1/embeddings') {
      json(response, {
        object: 'list',
        model: body['model'],
        data: [{ object: 'embedding', index: 0, embedding: [1, 2] }],
        usage,
      });
      return;
    }
    const tokens = Number(body['max_completion_tokens'] ?? body['max_tokens'] ?? 8);
    count(tokens);
    usage.completion_tokens = tokens;
    const isChat = request.url === '/v1/chat/completions';
    const base = { id: 'x-1', created: 1, model: body['model'], system_fingerprint: 'fp' };
    if (body['stream'] !== true) {
      const content = 'word '.repeat(tokens);
      const choice = isChat
        ? { index: 0, message: { role: 'assistant', content }, finish_reason: 'length' }
        : { index: 0, text: content, finish_reason: 'length' };
      json(response, {
        ...base,
        object: isChat ? 'chat.completion' : 'text_completion',
        choices: [choice],
        usage,
      });
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const send = (choices: readonly object[], more: object = {}): void => {
      const object = isChat ? 'chat.completion.chunk' : 'text_completion';
      response.write(`data: ${JSON.stringify({ ...base, object, choices, ...more })}\n\n`);
    };
    const part = (content: string, reason: string | null): object =>
      isChat
        ? { index: 0, delta: content === '' ? {} : { content }, finish_reason: reason }
        : { index: 0, text: content, finish_reason: reason };
    for (let index = 0; index < tokens; index += 1) send([part('word ', null)]);
    send([part('', 'length')]);
    send([], { usage });
    response.end('data: [DONE]\n\n');
  }, '/v1');
