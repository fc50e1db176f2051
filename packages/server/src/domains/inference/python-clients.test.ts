import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../app.ts';
import { testDatabase } from '../../testing/index.ts';
import { seedUser, signIn, stopApp, testApp } from '../../testing/app-harness.ts';
import { fakeOllama, type FakeServer } from './testing/fake-upstreams.ts';

const execute = promisify(execFile);
const pythons = ['/opt/pyvenv/bin/python', '/usr/bin/python3', '/usr/local/bin/python3'];

/** A Python that has both packages. */
const python = async (): Promise<string | undefined> => {
  for (const path of pythons.filter((one) => existsSync(one))) {
    const found = await execute(path, ['-c', 'import openai, ollama']).then(
      () => true,
      () => false,
    );
    if (found) return path;
  }
  process.stderr.write('NOT TESTED: the gateway with Python’s openai and ollama (no Python here has them)\n');
  return undefined;
};

const program = `
import sys, openai, ollama
url, token = sys.argv[1:3]
c = openai.OpenAI(base_url=url + "/v1", api_key=token, max_retries=0)
m = [{"role": "user", "content": "Explain zero-trust."}]
print("models", len(c.models.list().data))
print("chat", c.chat.completions.create(model="phi", messages=m, max_tokens=4).usage.completion_tokens)
print("stream", "".join(x.choices[0].delta.content or "" for x in c.chat.completions.create(model="phi", messages=m, max_tokens=3, stream=True)))
print("response", c.responses.create(model="phi", input="Hello", max_output_tokens=3).output_text)
print("embedding", len(c.embeddings.create(model="phi", input="a", encoding_format="float").data[0].embedding))
o = ollama.Client(host=url, headers={"Authorization": "Bearer " + token})
print("ollama", o.chat(model="phi", messages=m, options={"num_predict": 3}).message.content)
print("parts", "".join(x.response for x in o.generate(model="phi", prompt="go", options={"num_predict": 2}, stream=True)))
print("tags", len(o.list().models), len(o.embed(model="phi", input="a").embeddings[0]))
try:
    c.chat.completions.create(model="none", messages=m)
except openai.NotFoundError as e:
    print("error", e.code)
`;

const database = testDatabase();
let app: App;
let upstream: FakeServer;
let interpreter: string | undefined;

beforeAll(async () => {
  interpreter = await python();
  upstream = await fakeOllama();
  const env = { OLLAMA_BASE_URL: upstream.url, GPUSHIELD_LLM_REQUESTS_PER_MINUTE: '1000' };
  app = await testApp({ db: database.db, env });
});
afterAll(async () => {
  await stopApp(app);
  await upstream.close();
});

describe('Python’s clients, unmodified', () => {
  it('openai and ollama: lists, chats, streams, responses, embeddings, errors', async (context) => {
    if (interpreter === undefined) {
      context.skip();
      return;
    }
    await app.http.app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.http.app.server.address() as AddressInfo;
    const token = await signIn(app, (await seedUser(database.db, app, ['researcher'])).username);
    const args = ['-c', program, `http://127.0.0.1:${String(port)}`, token];
    const { stdout } = await execute(interpreter, args, { timeout: 60_000 });
    expect(stdout.split('\n').map((line) => line.trim())).toEqual([
      'models 1',
      'chat 4',
      'stream word word word',
      'response word word word',
      'embedding 3',
      'ollama word word word',
      'parts word word',
      'tags 1 3',
      'error model_not_found',
      '',
    ]);
  }, 90_000);
});
