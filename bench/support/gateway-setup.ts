import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { post } from './api.ts';
import { requestBytes } from './connection.ts';
import { serialMark } from './gateway-load.ts';
import type { BenchServer } from './server.ts';

const unlimited = '1000000000';

export interface Program {
  readonly port: number;
  readonly child: ChildProcess;
}

const started = (name: string, env: NodeJS.ProcessEnv): Promise<Program> =>
  new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, name), [], { env: { ...process.env, ...env } });
    child.once('error', reject);
    child.once('message', (port) => resolve({ port: Number(port), child }));
  });
export const fakeModel = (delayMs: number): Promise<Program> =>
  started('fake-model-process.ts', { DELAY_MS: String(delayMs) });
export const bareProxy = (modelPort: number): Promise<Program> =>
  started('bare-proxy-process.ts', { TARGET_PORT: String(modelPort) });

/** Of each request another one: the gateway's firewall knows texts again that it judged before. */
const prompt = `${serialMark}: ${'Explain in a few sentences what zero trust means for a fleet of GPUs. '.repeat(3)}`;
const bodyOf = (stream: boolean): string =>
  JSON.stringify({
    model: 'bench-model',
    messages: [{ role: 'user', content: prompt }],
    max_tokens: 64,
    ...(stream ? { stream: true } : {}),
  });
export const chat = (headers: Readonly<Record<string, string>>, stream = false): Buffer =>
  requestBytes({ method: 'POST', path: '/v1/chat/completions', headers, body: bodyOf(stream) });

/** A token of a minute: made anew before each part of the run. */
export const scopedToken = async (server: BenchServer, key: string): Promise<string> => {
  const body = { model: 'bench-model', max_tokens: 10_000_000, scopes: ['llm:generate'] };
  const answer = (await post(`${server.url}/auth/scoped-token`, body, key)) as { access_token: string };
  return answer.access_token;
};

/** Limits that count and never refuse. */
export const gatewayEnv = (modelPort: number): Readonly<Record<string, string>> => ({
  OPENAI_BASE_URL: `http://127.0.0.1:${String(modelPort)}/v1`,
  OPENAI_API_KEY: 'sk-of-the-fake-server-000000000000',
  GPUSHIELD_LLM_REQUESTS_PER_MINUTE: unlimited,
  GPUSHIELD_LLM_TOKENS_PER_MINUTE: unlimited,
  GPUSHIELD_LLM_GPU_SECONDS_PER_HOUR: unlimited,
  GPUSHIELD_LIMIT_PRINCIPAL_PER_MINUTE: '100000000',
  GPUSHIELD_LIMIT_ADDRESS_PER_MINUTE: '100000000',
});
