import type { QueueMessage, WorkerOptions } from '../../queue/types.ts';
import type { SpanFacts, Tracer } from './types.ts';

const factsOf = (queue: string, message: QueueMessage): SpanFacts => ({
  'messaging.system': 'pgmq',
  'messaging.operation.name': 'process',
  'messaging.operation.type': 'process',
  'messaging.destination.name': queue,
  'messaging.message.id': message.id,
  'gpushield.attempt': message.readCount,
});

/** The same worker; each delivery is a trace of its own, `process QUEUE`. */
export const traceWorker = (options: WorkerOptions, tracer: Tracer): WorkerOptions => {
  const { queue } = options;
  const name = `process ${queue}`;
  if (options.handler !== undefined) {
    const { handler } = options;
    return {
      ...options,
      handler: (message, context) =>
        tracer.root(name, 'consumer', factsOf(queue, message), () => handler(message, context)),
    };
  }
  const { handleInTransaction } = options;
  return {
    ...options,
    handleInTransaction: (message, tx, context) =>
      tracer.root(name, 'consumer', factsOf(queue, message), () => handleInTransaction(message, tx, context)),
  };
};
