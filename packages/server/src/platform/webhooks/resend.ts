import type { Tx } from '../database/types.ts';
import type { WebhooksDeps } from './deps.ts';
import { insertMessage, restartDelivery, restartFailed } from './message-store.ts';
import { sendJobs } from './publish.ts';

/** Deliveries that one request sends again. */
const resendMax = 1_000;

type ResendDeps = Pick<WebhooksDeps, 'queue' | 'clock' | 'newId'>;

/** Sends one message again, from its first attempt on. False when there is no such message. */
export const resendMessage = async (
  deps: ResendDeps,
  tx: Tx,
  endpointId: string,
  messageId: string,
): Promise<boolean> => {
  const jobs = await restartDelivery(tx, endpointId, messageId, new Date(deps.clock.nowMs()));
  await sendJobs(deps, tx, jobs);
  return jobs.length > 0;
};

/** Sends up to 1,000 deliveries again that failed at or after `since`. */
export const resendFailed = async (
  deps: ResendDeps,
  tx: Tx,
  endpointId: string,
  since: Date,
): Promise<{ readonly resent: number; readonly hasMore: boolean }> => {
  const jobs = await restartFailed(tx, endpointId, since, resendMax);
  await sendJobs(deps, tx, jobs);
  return { resent: jobs.length, hasMore: jobs.length === resendMax };
};

/** A message for one endpoint alone, whatever it subscribes to. Answers the message's id. */
export const sendTest = async (deps: ResendDeps, tx: Tx, endpointId: string): Promise<string> => {
  const id = deps.newId();
  const now = new Date(deps.clock.nowMs());
  const type = 'webhook.test';
  const payload = { type, timestamp: now.toISOString(), data: { endpoint_id: endpointId } };
  await insertMessage(tx, { id, type, key: null, body: JSON.stringify(payload), now });
  await sendJobs(deps, tx, await restartDelivery(tx, endpointId, id, now));
  return id;
};
