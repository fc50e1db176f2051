import type { createServer } from 'node:net';

/** A port of loopback that was free a moment ago. */
export const freePort = (open: typeof createServer): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = open();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
