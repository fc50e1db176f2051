import { afterAll, beforeAll, expect, it } from 'vitest';
import type { BulkAlertResult } from '@gpushield/contracts';
import type { Database, Tx } from '../../platform/database/types.ts';
import { insertEndpoint, webhooksRig, type Rig } from '../../platform/webhooks/testing/rig.ts';
import { testDatabase } from '../../testing/index.ts';
import { alertsReplica, type AlertsReplica } from './testing/replica.ts';

const database = testDatabase();
let replica: AlertsReplica;
let rig: Rig;
let statements = 0;

/** The database, which counts what is asked of it in transactions. */
const counted = (db: Database): Database => {
  const count = (tx: Tx): Tx =>
    new Proxy(tx, {
      get: (target, name) => {
        if (name === 'query' || name === 'prepared') statements += 1;
        return Reflect.get(target, name) as unknown;
      },
    });
  return new Proxy(db, {
    get: (target, name) =>
      name === 'transaction'
        ? (work: (tx: Tx) => Promise<unknown>) => target.transaction((tx) => work(count(tx)))
        : (Reflect.get(target, name) as unknown),
  });
};

beforeAll(async () => {
  rig = webhooksRig(database.db, [9], { deliver: false });
  await rig.webhooks.start();
  for (let n = 0; n < 2; n += 1) {
    await insertEndpoint(
      { db: database.db, webhooks: rig.webhooks },
      { url: 'http://127.0.0.1:9/', ordered: true },
    );
  }
  replica = await alertsReplica(counted(database.db), { webhooks: rig.webhooks });
});
afterAll(async () => {
  await replica.close();
  await rig.stop();
});

it.each(['acknowledge', 'resolve', 'reopen', 'false_positive'])(
  'a bulk %s asks the database as often for many alerts as for few, and tells of each',
  async (action) => {
    const change = async (alerts: number): Promise<number> => {
      const ids: string[] = [];
      for (let n = 0; n < alerts; n += 1) ids.push((await replica.raise()).alertId);
      if (action === 'reopen') await replica.send('POST', '/bulk', { ids, change: { action: 'resolve' } });
      await database.db.query('TRUNCATE webhook_messages CASCADE');
      statements = 0;
      const { body } = await replica.send<BulkAlertResult>('POST', '/bulk', { ids, change: { action } });
      const asked = statements;
      expect(body).toMatchObject({ changed: alerts });
      const { rows } = await database.db.query<{ key: string; deliveries: number }>(
        `SELECT m.key, count(*)::int AS deliveries FROM webhook_messages m JOIN webhook_deliveries d ON d.message_id = m.id
          WHERE d.order_key = m.key GROUP BY m.id, m.key`,
      );
      expect(rows.map(({ key }) => key).toSorted()).toEqual(ids.toSorted());
      expect(new Set(rows.map(({ deliveries }) => deliveries))).toEqual(new Set([2]));
      return asked;
    };
    const few = await change(2);
    expect(few).toBeGreaterThan(0);
    expect(await change(60)).toBe(few);
  },
);
