import { createHmac } from 'node:crypto';
import { send, type Answer } from './client.ts';

/** Sends events as an agent does: signed over the very bytes of the body. */
export const sendEvents = (
  url: string,
  { id, secret }: { readonly id: string; readonly secret: string },
  events: readonly object[],
): Promise<Answer> => {
  const body = { events };
  const signature = createHmac('sha256', secret).update(JSON.stringify(body)).digest('base64');
  return send(`${url}/api/v1/events`, 'POST', body, { 'x-agent-id': id, 'x-agent-signature': signature });
};
