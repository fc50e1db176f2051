import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ModelServer {
  readonly url: string;
  /** Requests for vectors so far. */
  embedded(): number;
  close(): Promise<void>;
}

const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** Counts letters: texts that share them are near each other. */
const vectorOf = (text: string): readonly number[] => letters.map((letter) => text.split(letter).length - 1);

/** An Ollama that only makes vectors, by two models that do it alike. */
export const createModelServer = async (): Promise<ModelServer> => {
  let embedded = 0;
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      if (request.method === 'GET') {
        response.end(JSON.stringify({ models: [{ name: 'embedder' }, { name: 'second' }] }));
        return;
      }
      embedded += 1;
      const { input } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { input: readonly string[] };
      response.end(JSON.stringify({ embeddings: input.map(vectorOf), prompt_eval_count: 4 }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${String(port)}`,
    embedded: () => embedded,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
};
