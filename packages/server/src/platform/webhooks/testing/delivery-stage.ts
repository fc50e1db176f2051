import { pino } from 'pino';
import { afterEach, beforeEach } from 'vitest';
import { testDatabase } from '../../../testing/index.ts';
import {
  impatientWorker,
  insertEndpoint,
  startReceiver,
  steppedClock,
  webhooksRig,
  type Receiver,
  type Rig,
} from '../testing/rig.ts';

export interface DeliveryRow {
  readonly status: string;
  readonly attempts: number;
  readonly message_id: string;
  readonly endpoint_id: string;
}

export interface AttemptRow {
  readonly status: number | null;
  readonly error: string | null;
  readonly response: string | null;
}

/** What is stored of deliveries, of attempts and of an endpoint. */
const storedRows = (database: ReturnType<typeof testDatabase>) => {
  const deliveries = async () =>
    (
      await database.db.query<DeliveryRow>(
        'SELECT status, attempts, message_id, endpoint_id FROM webhook_deliveries ORDER BY id',
      )
    ).rows;
  const attempts = async () =>
    (
      await database.db.query<AttemptRow>(
        'SELECT status, error, response FROM webhook_attempts ORDER BY at, id',
      )
    ).rows;
  const endpointRow = async (id: string) =>
    (
      await database.db.query<{
        enabled: boolean;
        disabled_reason: string | null;
        failing_since: Date | null;
      }>('SELECT enabled, disabled_reason, failing_since FROM webhook_endpoints WHERE id = $1', [id])
    ).rows[0];
  return { deliveries, attempts, endpointRow };
};

/** What a test does with a rig. */
const actsOn = (database: ReturnType<typeof testDatabase>) => {
  const endpoint = (
    given: Rig,
    { port }: Receiver,
    options: Partial<Parameters<typeof insertEndpoint>[1]> = {},
  ) =>
    insertEndpoint(
      { db: database.db, webhooks: given.webhooks },
      { url: `http://127.0.0.1:${port}/hook`, ...options },
    );
  const publish = (given: Rig, event: Partial<Parameters<Rig['webhooks']['publish']>[1]> = {}) =>
    database.db.transaction((tx) =>
      given.webhooks.publish(tx, { type: 'alert.created', payload: { a: 1 }, ...event }),
    );
  return { endpoint, publish };
};

/** Endpoints, receivers and what is stored of both, anew for each test of a file. */
export const deliveryStage = () => {
  const database = testDatabase();
  const closers: (() => Promise<void>)[] = [];
  const hourMs = 3_600_000;

  const receiver = async (answer?: Parameters<typeof startReceiver>[0]): Promise<Receiver> => {
    const started = await startReceiver(answer);
    closers.push(started.close);
    return started;
  };
  const rig = async (
    receivers: readonly Receiver[],
    changes: Parameters<typeof webhooksRig>[2] = {},
  ): Promise<Rig> => {
    const made = webhooksRig(
      database.db,
      receivers.map(({ port }) => port),
      changes,
    );
    await made.webhooks.start();
    closers.unshift(made.stop);
    return made;
  };
  /** A rig whose clock the test steps; the queue looks again at once. */
  const steppedRig = async (
    receivers: readonly Receiver[],
    changes: Parameters<typeof webhooksRig>[2] = {},
  ) => {
    const clock = steppedClock();
    const log = pino({ level: 'silent' });
    const makeWorker = impatientWorker({ db: database.db, clock, log, random: Math.random });
    return { clock, given: await rig(receivers, { clock, makeWorker, ...changes }) };
  };
  const acts = actsOn(database);
  const rows = storedRows(database);
  const bodies = ({ received }: Receiver) => received.map(({ body }) => body);

  beforeEach(async () => {
    await database.db.query('TRUNCATE webhook_endpoints, webhook_messages CASCADE');
    await database.db.query(
      `SELECT pgmq.purge_queue('webhooks') WHERE to_regclass('pgmq.q_webhooks') IS NOT NULL`,
    );
  });
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  return {
    database,
    hourMs,
    receiver,
    rig,
    steppedRig,
    ...acts,
    ...rows,
    bodies,
  };
};
