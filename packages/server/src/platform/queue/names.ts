import { quoteTable } from '../database/identifiers.ts';

/** PGMQ's longest name. */
export const maxQueueNameLength = 47;

// Stricter than PGMQ, which folds case and takes nearly every character: ours are the names of tables and channels.
const pattern = /^[a-z][a-z0-9_]*$/;

/** True for the names that this server gives to queues. */
export const isQueueName = (name: string): boolean => name.length <= maxQueueNameLength && pattern.test(name);

/** The SQL names and the notification channel of a queue. Throws `RangeError` on a name that is none of ours. */
export const queueNames = (name: string) => {
  if (!isQueueName(name)) {
    throw new RangeError(
      `${JSON.stringify(name)} is no queue name: 1 to ${maxQueueNameLength} of a-z, 0-9 and _, a letter first`,
    );
  }
  return {
    messages: quoteTable(`pgmq.q_${name}`),
    archive: quoteTable(`pgmq.a_${name}`),
    deadIndex: `dead_of_${name}`,
    channel: `pgmq.q_${name}.INSERT`,
  };
};
