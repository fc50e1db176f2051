/**
 * The receivers of the webhook bench, a process of their own: one address of 127/8 for each endpoint, so that each has
 * its own connections. Endpoints from `live` on take a message and never answer. Sends the parent, for each message,
 * its body's number and when it came, on the machine's monotonic clock.
 */
import { createServer } from 'node:http';

const [count = 0, live = 0] = process.argv.slice(2).map(Number);
const flushMs = 50;
let arrivals: [number, number][] = [];

const monotonicMs = (): number => Number(process.hrtime.bigint()) / 1e6;

const listen = (index: number, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      const atMs = monotonicMs();
      let body = '';
      request.setEncoding('utf8');
      request.on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        if (index >= live) return;
        arrivals.push([(JSON.parse(body) as { readonly n: number }).n, atMs]);
        response.end();
      });
    });
    server.keepAliveTimeout = 60_000;
    server.once('error', reject);
    server.listen(port, `127.0.0.${String(index + 1)}`, () => {
      const address = server.address();
      if (typeof address === 'object' && address !== null) resolve(address.port);
    });
  });

setInterval(() => {
  if (arrivals.length === 0) return;
  process.send?.({ arrivals });
  arrivals = [];
}, flushMs);
process.on('disconnect', () => process.exit(0));

const port = await listen(0, 0);
for (let index = 1; index < count; index += 1) await listen(index, port);
process.send?.({ port });
