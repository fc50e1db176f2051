import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../testing/index.ts';
import { reservationsStage, type Person, type Stage } from '../../testing/reservations/stage.ts';
import { listNodeRows } from './cluster-store.ts';

const database = testDatabase();
let stage: Stage;
let admin: Person;
beforeAll(async () => {
  stage = await reservationsStage(database);
  admin = await stage.person('admin');
});
afterAll(() => stage.close());

describe('the maintenance of a node', () => {
  it('keeps what each of several requests at once has set', async () => {
    for (let round = 0; round < 10; round += 1) {
      const node = `node-${String(round)}`;
      const path = `/v1/admin/nodes/${node}/maintenance`;
      const from = '2030-01-01T00:00:00.000Z';
      const answers = await Promise.all(
        [{ cordoned: true }, { reason: 'fan' }, { from }].map((body) => admin.send('PUT', path, body)),
      );
      expect(answers.map(({ status }) => status)).toEqual([204, 204, 204]);
      const row = (await listNodeRows(database.db)).find(({ name }) => name === node);
      expect(row).toEqual({
        name: node,
        cordoned: true,
        reason: 'fan',
        maintenance_from: new Date(from),
        maintenance_until: null,
      });
    }
  });

  it('is not written where it ends before it begins', async () => {
    const body = { from: '2030-01-02T00:00:00Z', until: '2030-01-01T00:00:00Z' };
    const answer = await admin.send('PUT', '/v1/admin/nodes/wrong/maintenance', body);
    expect(answer.status).toBe(422);
    expect((await listNodeRows(database.db)).some(({ name }) => name === 'wrong')).toBe(false);
  });
});
