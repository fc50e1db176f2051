import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { pino, type Logger } from 'pino';
import { systemClock, type Clock } from '../../clock.ts';
import type { Database } from '../../database/index.ts';
import { createOutboundClient } from '../../outbound/index.ts';
import { createQueueSender, createQueueWorker, type QueueWorkerDeps } from '../../queue/index.ts';
import { createSealer, sealingKeyOf } from '../../secrets/index.ts';
import type { WebhooksDeps } from '../deps.ts';
import { createWebhooks, type Webhooks } from '../index.ts';

/** One request as a receiver got it. */
export interface Received {
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string;
}

export interface Receiver {
  readonly port: number;
  readonly received: Received[];
  close(): Promise<void>;
}

type Answer = (request: Received, response: ServerResponse, raw: IncomingMessage) => void;

const portOf = (server: Server): number => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The receiver has no port');
  return address.port;
};

/** An HTTP server on loopback that keeps what it gets. */
export const startReceiver = async (
  answer: Answer = (_, response) => response.end('ok'),
): Promise<Receiver> => {
  const received: Received[] = [];
  const server = createServer((raw, response) => {
    const chunks: Buffer[] = [];
    raw.on('data', (chunk: Buffer) => chunks.push(chunk));
    raw.on('end', () => {
      const headers = Object.fromEntries(
        Object.entries(raw.headers).map(([name, value]) => [name, String(value)]),
      );
      const one = { path: raw.url ?? '', headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(one);
      answer(one, response, raw);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: portOf(server),
    received,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** A clock that can be stepped; monotonic and wall time go together. */
export const steppedClock = (): Clock & { step(ms: number): void } => {
  const real = systemClock();
  let aheadMs = 0;
  return {
    nowMs: () => real.nowMs() + aheadMs,
    monotonicMs: () => real.monotonicMs() + aheadMs,
    step: (ms) => {
      aheadMs += ms;
    },
  };
};

/** Has the queue look again soon whatever pause was asked for, so that a stepped clock alone says what is due. */
export const impatientWorker =
  (deps: QueueWorkerDeps): WebhooksDeps['makeWorker'] =>
  (options) => {
    const { handler } = options;
    if (handler === undefined) throw new Error('Webhooks have a plain handler');
    return createQueueWorker(deps, {
      ...options,
      handler: async (message, context) => {
        const outcome = await handler(message, context);
        return outcome.kind === 'retry' ? { ...outcome, delaySeconds: 0.05 } : outcome;
      },
    });
  };

export const testSealer = createSealer({ current: sealingKeyOf(Buffer.alloc(32, 7)) });

export interface Rig {
  readonly webhooks: Webhooks;
  readonly deps: WebhooksDeps;
  stop(): Promise<void>;
}

/** Webhooks over the real queue and the real outbound client, with loopback and these ports opened. */
export const webhooksRig = (
  db: Database,
  ports: readonly number[],
  changes: Partial<WebhooksDeps> & { readonly log?: Logger } = {},
): Rig => {
  const clock = changes.clock ?? systemClock();
  const log = changes.log ?? pino({ level: 'silent' });
  const outbound = createOutboundClient({ clock, log, metricsHooks: { onFinish: () => undefined } });
  const deps: WebhooksDeps = {
    db,
    queue: createQueueSender(),
    makeWorker: (options) => createQueueWorker({ db, clock, log, random: Math.random }, options),
    outbound,
    sealer: testSealer,
    clock,
    log,
    newId: () => randomUUIDv7(),
    random: Math.random,
    randomBytes,
    destination: { allowHttp: true, allowPrivate: ['127.0.0.0/8'], ports },
    ...changes,
  };
  const webhooks = createWebhooks(deps);
  return {
    webhooks,
    deps,
    stop: async () => {
      await webhooks.stop();
      await outbound.close();
    },
  };
};

export interface EndpointOptions {
  readonly url: string;
  readonly ordered?: boolean;
  readonly eventTypes?: readonly string[];
  readonly rateLimitPerSecond?: number;
  /** `enabled` unless told. */
  readonly enabled?: boolean;
}

/** An endpoint straight in the database; answers its id and secret. */
export const insertEndpoint = async (
  { db, webhooks }: { readonly db: Database; readonly webhooks: Webhooks },
  options: EndpointOptions,
): Promise<{ readonly id: string; readonly secret: string }> => {
  const id = randomUUIDv7();
  const secretId = randomUUIDv7();
  const secret = webhooks.makeSecret();
  const enabled = options.enabled ?? true;
  await db.query(
    `INSERT INTO webhook_endpoints (id, url, description, event_types, labels, ordered, rate_limit_per_second, enabled,
       disabled_reason, disabled_at, created_by, created_at, updated_at)
     VALUES ($1, $2, '', $3, '{}', $4, $5, $6, $7, $8, 'test', now(), now())`,
    [
      id,
      options.url,
      options.eventTypes ?? [],
      options.ordered ?? false,
      options.rateLimitPerSecond ?? null,
      enabled,
      enabled ? null : 'manual',
      enabled ? null : new Date(),
    ],
  );
  await db.query(
    'INSERT INTO webhook_secrets (id, endpoint_id, sealed, created_at) VALUES ($1, $2, $3, now())',
    [secretId, id, webhooks.sealSecret(secretId, secret)],
  );
  return { id, secret };
};

/** Waits until `check` answers something; throws after `patienceMs`. */
export const eventually = async <T>(
  check: () => T | undefined | false | Promise<T | undefined | false>,
  patienceMs = 20_000,
): Promise<T> => {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    const found = await check();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error('What was waited for did not happen');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};
