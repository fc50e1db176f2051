import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokenLinks } from '../support/audit-chain.ts';
import { clientOf, logIn, registerGpu } from '../support/client.ts';
import { makeDataDir, removeDataDir, startServer, type RunningServer } from '../support/gpushield-server.ts';
import { recordsPerBulk, sendBulk, startLoad, storedByMarker, until } from '../support/ingest-load.ts';

describe('kill -9 of the server under ingest load', () => {
  let dataDir = '';
  let server: RunningServer | undefined;
  beforeAll(async () => {
    dataDir = await makeDataDir();
    server = await startServer(dataDir);
  });
  afterAll(async () => {
    await server?.stop();
    await removeDataDir(dataDir);
  });

  it('loses no acknowledged record, stores nothing by half, and counts a retry once', async () => {
    if (server === undefined) throw new Error('no server');
    const client = await logIn(server.url);
    const gpuId = await registerGpu(client);
    const load = startLoad(client, gpuId, 12);
    await until(
      '200 acknowledged bulks',
      () => load.attempts.filter((each) => each.status === 201).length >= 200,
    );
    server.kill('SIGKILL');
    await server.exited;
    const attempts = await load.end();
    const acknowledged = attempts.filter((each) => each.status === 201);
    const unanswered = attempts.filter((each) => each.status === undefined);
    expect(unanswered.length).toBeGreaterThan(0);

    server = await startServer(dataDir);
    // The credential from before the crash still works.
    const again = clientOf(server.url, client.token);
    const stored = await storedByMarker(again, gpuId);
    const lost = acknowledged.filter((each) => stored.get(each.bulk.marker) !== recordsPerBulk);
    expect(lost.map((each) => each.bulk.marker)).toEqual([]);
    expect([...stored.values()].filter((count) => count !== recordsPerBulk)).toEqual([]);

    const retried = [...unanswered.slice(0, 40), ...acknowledged.slice(-40)];
    for (const { bulk } of retried) expect((await sendBulk(again, bulk)).status).toBe(201);
    const after = await storedByMarker(again, gpuId);
    expect(retried.map(({ bulk }) => after.get(bulk.marker))).toEqual(retried.map(() => recordsPerBulk));
    expect(await brokenLinks(again)).toEqual([]);
  });
});
