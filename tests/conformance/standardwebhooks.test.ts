import { spawn } from 'node:child_process';
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { signedHeaders } from '../../packages/server/src/platform/webhooks/signature.ts';
import {
  eventually,
  insertEndpoint,
  startReceiver,
  webhooksRig,
  type Received,
} from '../../packages/server/src/platform/webhooks/testing/rig.ts';
import { testDatabase } from '../../packages/server/src/testing/index.ts';

const database = testDatabase();

describe('standardwebhooks (npm), unmodified', () => {
  it('verifies every body under every length of secret, also among others, and refuses it when a bit changed', () => {
    const secret = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => Buffer.from(bytes));
    const text = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(secret, fc.array(secret, { maxLength: 3 }), text, (key, others, body) => {
        const content = { id: randomUUIDv7(), timestamp: Math.floor(Date.now() / 1000), body };
        const verifier = new Webhook(`whsec_${key.toString('base64')}`);
        const headers = signedHeaders(content, [...others, key]);
        verifier.verify(body, headers, { jsonParse: false });
        expect(() => verifier.verify(`${body} `, headers, { jsonParse: false })).toThrow();
        const foreign = signedHeaders(content, [randomBytes(32)]);
        expect(() => verifier.verify(body, foreign, { jsonParse: false })).toThrow();
      }),
      { numRuns: 200 },
    );
  });

  it('verifies what a worker sent that was killed in mid-delivery, and what another sent again with the same id', async () => {
    const first = Promise.withResolvers<Received>();
    const target = await startReceiver((got, response) => {
      if (target.received.length === 1) first.resolve(got);
      else response.end('ok');
    });
    const publisher = webhooksRig(database.db, [target.port], { deliver: false });
    await publisher.webhooks.start();
    const url = `http://127.0.0.1:${target.port}/`;
    const { secret } = await insertEndpoint({ db: database.db, webhooks: publisher.webhooks }, { url });
    const worker = join(import.meta.dirname, 'standardwebhooks-worker.ts');
    const child = spawn(process.execPath, [worker, database.connectionString, String(target.port)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const id = await database.db.transaction((tx) =>
      publisher.webhooks.publish(tx, { type: 'alert.created', payload: { n: 1 } }),
    );
    await first.promise;
    child.kill('SIGKILL');
    await ended;
    const survivor = webhooksRig(database.db, [target.port]);
    await survivor.webhooks.start();
    await eventually(() => target.received.length === 2, 45_000);
    for (const { body, headers } of target.received) {
      expect(headers['webhook-id']).toBe(id);
      expect(new Webhook(secret).verify(body, headers)).toEqual({ n: 1 });
    }
    await survivor.stop();
    await publisher.stop();
    await target.close();
  });
});
