/**
 * The least that a proxy in Node can be, as a program of its own that tells its parent the port: each request goes to
 * the model server at `TARGET_PORT` over kept connections, and its answer back, and nothing is looked at.
 */
import { Agent, createServer, request as httpRequest } from 'node:http';

const agent = new Agent({ keepAlive: true, maxFreeSockets: 64 });
const port = Number(process.env['TARGET_PORT'] ?? '0');

const server = createServer((request, response) => {
  const { method, url: path, headers } = request;
  const asked = httpRequest({ agent, host: '127.0.0.1', port, method, path, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  asked.on('error', () => response.destroy());
  request.pipe(asked);
});
server.keepAliveTimeout = 600_000;
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  process.send?.(typeof address === 'object' && address !== null ? address.port : 0);
});
process.once('disconnect', () => process.exit(0));
