import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createKubeApi, type KubeApi } from '../../domains/reservations/runtime/kubernetes/api.ts';
import { createConnection } from '../../domains/reservations/runtime/kubernetes/connection.ts';

/** Answers one request; what it returns is sent as JSON. Nothing: it has answered by itself. */
type Answer = (request: IncomingMessage, response: ServerResponse) => object | undefined;

/** An API server that answers what a test wants, reached over a kubeconfig as a real one is. */
export interface FakeKube {
  readonly api: KubeApi;
  readonly asked: string[];
  answer: Answer;
  /** Writes the kubeconfig anew, with this token in it. */
  writeToken(token: string): void;
  stop(): Promise<void>;
}

const kubeconfigOf = (port: number, token: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      { name: 'c', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
    ],
    users: [{ name: 'u', user: { token } }],
    contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'x',
  });

export const startFakeKube = async (answer: Answer): Promise<FakeKube> => {
  const directory = mkdtempSync(join(tmpdir(), 'gpushield-kubeconfig-'));
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method ?? ''} ${request.url ?? ''}`);
    const body = fake.answer(request, response);
    if (body === undefined) return;
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const path = join(directory, 'config');
  const writeToken = (token: string): void => {
    writeFileSync(path, kubeconfigOf(port, token));
  };
  writeToken('a-token');
  const fake: FakeKube = {
    api: createKubeApi(createConnection(path)),
    asked,
    answer,
    writeToken,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true, force: true });
    },
  };
  return fake;
};
