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
