import { randomUUID } from 'node:crypto';
import { adminPassword } from './gpushield-server.ts';

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The parsed body; throws where it is not JSON. */
  json(): Record<string, unknown>;
}

export interface Client {
  readonly token: string;
  send(
    method: string,
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ): Promise<Answer>;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object';

const answerOf = async (response: Response): Promise<Answer> => {
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: () => {
      const parsed: unknown = JSON.parse(text);
      if (!isObject(parsed)) throw new Error(`Not a JSON object: ${text.slice(0, 200)}`);
      return parsed;
    },
  };
};

/** Sends one request; an object body goes as JSON. */
export const send = async (
  url: string,
  method: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> =>
  answerOf(
    await fetch(url, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    }),
  );

/** The text at `key` of an object; throws when it is none. */
export const textAt = (value: Record<string, unknown>, key: string): string => {
  const found = value[key];
  if (typeof found !== 'string')
    throw new Error(`${key} is not a text in ${JSON.stringify(value).slice(0, 300)}`);
  return found;
};

/** The objects at `key`, such as the `data` of a list. */
export const objectsAt = (value: Record<string, unknown>, key: string): Record<string, unknown>[] => {
  const found = value[key];
  if (!Array.isArray(found)) throw new Error(`${key} is no list in ${JSON.stringify(value).slice(0, 300)}`);
  return found.filter(isObject);
};

export const objectAt = (value: Record<string, unknown>, key: string): Record<string, unknown> => {
  const found = value[key];
  if (!isObject(found)) throw new Error(`${key} is no object in ${JSON.stringify(value).slice(0, 300)}`);
  return found;
};

/** A client with a credential. */
export const clientOf = (url: string, token: string): Client => ({
  token,
  send: (method, path, body, headers = {}) =>
    send(`${url}${path}`, method, body, { authorization: `Bearer ${token}`, ...headers }),
});

/** Logs in as the first administrator. */
export const logIn = async (url: string): Promise<Client> => {
  const answer = await send(`${url}/auth/login`, 'POST', { username: 'admin', password: adminPassword });
  if (answer.status !== 200) throw new Error(`Login answered ${String(answer.status)}: ${answer.text}`);
  return clientOf(url, textAt(answer.json(), 'access_token'));
};

/** Registers a node with one GPU; answers the GPU's id. */
export const registerGpu = async (client: Client): Promise<string> => {
  const node = await client.send('POST', '/api/v1/nodes', { name: `node-${randomUUID()}` });
  if (node.status >= 300) throw new Error(node.text);
  const gpu = await client.send('POST', `/api/v1/nodes/${textAt(node.json(), 'id')}/gpus`, {
    vendor: 'nvidia',
    model: 'H100',
    device_id: '0000:00:1e.0',
    uuid: `GPU-${randomUUID()}`,
    memory_total: 81_559,
  });
  if (gpu.status >= 300) throw new Error(gpu.text);
  return textAt(gpu.json(), 'id');
};

/** Every item of a list, page by page. */
export const listAll = async (client: Client, path: string): Promise<Record<string, unknown>[]> => {
  const items: Record<string, unknown>[] = [];
  let cursor: unknown;
  do {
    const mark = path.includes('?') ? '&' : '?';
    const at = typeof cursor === 'string' ? `&cursor=${encodeURIComponent(cursor)}` : '';
    const answer = await client.send('GET', `${path}${mark}limit=500${at}`);
    if (answer.status !== 200) throw new Error(`${path} answered ${String(answer.status)}: ${answer.text}`);
    items.push(...objectsAt(answer.json(), 'data'));
    cursor = objectAt(answer.json(), 'pagination')['cursor'];
  } while (typeof cursor === 'string');
  return items;
};
