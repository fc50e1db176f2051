/**
 * A model server that speaks OpenAI's protocol, as a program of its own that tells its parent the port. `DELAY_MS`: how
 * long an answer takes. Streams send a word every `DELAY_MS` / 4.
 */
import { createServer, type ServerResponse } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';

const delayMs = Number(process.env['DELAY_MS'] ?? '0');
const words = 32;
const usage = { prompt_tokens: 20, completion_tokens: words, total_tokens: 20 + words };
const base = { id: 'chatcmpl-bench', created: 1, model: 'bench-model' };
const whole = JSON.stringify({
  ...base,
  object: 'chat.completion',
  choices: [
    { index: 0, message: { role: 'assistant', content: 'word '.repeat(words) }, finish_reason: 'stop' },
  ],
  usage,
});
const models = JSON.stringify({ object: 'list', data: [{ id: 'bench-model', object: 'model', created: 1 }] });

const chunk = (choices: readonly object[], more: object = {}): string =>
  `data: ${JSON.stringify({ ...base, object: 'chat.completion.chunk', choices, ...more })}\n\n`;

const stream = async (response: ServerResponse): Promise<void> => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let index = 0; index < words; index += 1) {
    response.write(chunk([{ index: 0, delta: { content: `word${String(index)} ` }, finish_reason: null }]));
    await wait(delayMs / 4);
  }
  response.write(chunk([{ index: 0, delta: {}, finish_reason: 'stop' }]));
  response.write(chunk([], { usage }));
  response.end('data: [DONE]\n\n');
};

const answer = (response: ServerResponse, body: string): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
};

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (part: Buffer) => chunks.push(part));
  request.on('end', () => {
    if (request.method === 'GET') answer(response, models);
    else if (Buffer.concat(chunks).includes('"stream":true')) void stream(response);
    else if (delayMs === 0) answer(response, whole);
    else setTimeout(() => answer(response, whole), delayMs);
  });
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
});
process.once('disconnect', () => process.exit(0));
