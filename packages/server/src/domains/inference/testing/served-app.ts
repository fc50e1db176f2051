import { createServer } from 'node:net';
import type { App } from '../../../app.ts';

/** Sends a request through the whole pipeline. */
export const poster =
  (app: () => App) => (url: string, payload: object | string | Buffer, headers: Record<string, string>) =>
    app().http.app.inject({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/json', ...headers },
    });

export const bearer = (token: string): Record<string, string> => ({ authorization: `Bearer ${token}` });

/** A port of loopback where nobody listens. */
export const closedPort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  });
