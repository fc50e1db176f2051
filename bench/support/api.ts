import { randomUUID } from 'node:crypto';
import { adminPassword } from './server.ts';

const textAt = (value: unknown, key: string): string => {
  const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
  if (typeof found !== 'string')
    throw new Error(`${key} is not a text in ${JSON.stringify(value).slice(0, 300)}`);
  return found;
};

/** One JSON request of a bench's preparation; anything but success ends the bench. */
export const post = async (url: string, body: unknown, token?: string): Promise<unknown> => {
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
};

/** Logs in as the first administrator; the access token. */
export const logIn = async (url: string): Promise<string> =>
  textAt(await post(`${url}/auth/login`, { username: 'admin', password: adminPassword }), 'access_token');

/** An API key of the administrator. Load uses it: a storm of logins may end the session that a token hangs on. */
export const createApiKey = async (url: string): Promise<string> =>
  textAt(await post(`${url}/api/v1/keys`, { description: 'bench' }, await logIn(url)), 'api_key');

/** Registers a node with one GPU; the GPU's id. */
export const registerGpu = async (url: string, token: string): Promise<string> => {
  const node = await post(`${url}/api/v1/nodes`, { name: `bench-${randomUUID()}` }, token);
  const gpu = {
    vendor: 'nvidia',
    model: 'H100',
    device_id: '0000:00:1e.0',
    uuid: `GPU-${randomUUID()}`,
    memory_total: 81_559,
  };
  return textAt(await post(`${url}/api/v1/nodes/${textAt(node, 'id')}/gpus`, gpu, token), 'id');
};
