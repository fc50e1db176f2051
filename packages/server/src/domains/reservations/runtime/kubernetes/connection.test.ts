import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createKubeApi } from './api.ts';
import { createConnection } from './connection.ts';

const directory = mkdtempSync(join(tmpdir(), 'gpushield-kubeconfig-'));
const path = join(directory, 'config');
let goodToken = 'first';
const server = createServer((request, response) => {
  response.statusCode = request.headers.authorization === `Bearer ${goodToken}` ? 200 : 401;
  response.end('{}');
});
const writeConfig = (token: string): void => {
  const { port } = server.address() as AddressInfo;
  writeFileSync(
    path,
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        { name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
      ],
      users: [{ name: 'u', user: { token } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    }),
  );
};
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

describe('a kubeconfig that is written anew', () => {
  it('is read again once what it said before is refused: no restart is needed', async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    writeConfig('first');
    const api = createKubeApi(createConnection(path));
    await expect(api.get('/version')).resolves.toEqual({});
    goodToken = 'second';
    writeConfig('second');
    await expect(api.get('/version')).rejects.toMatchObject({ status: 401 });
    await expect(api.get('/version')).resolves.toEqual({});
  });
});
