import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { clientOf, logIn, registerGpu } from '../support/client.ts';
import { makeDataDir, removeDataDir, startServer, type RunningServer } from '../support/gpushield-server.ts';
import { makeBulk, recordsPerBulk, startLoad, storedByMarker, until } from '../support/ingest-load.ts';
import { beginSlowPost } from '../support/slow-request.ts';

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('SIGTERM under load', () => {
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

  it('finishes every request that it began, loses nothing that it acknowledged, and exits with 0', async () => {
    if (server === undefined) throw new Error('no server');
    const client = await logIn(server.url);
    const gpuId = await registerGpu(client);
    const load = startLoad(client, gpuId, 8);
    await until(
      '50 acknowledged bulks',
      () => load.attempts.filter((each) => each.status === 201).length >= 50,
    );

    const slow = Array.from({ length: 20 }, (_, n) => {
      const marker = 1_000_000 + n;
      const target = { url: server?.url ?? '', token: client.token };
      return {
        marker,
        request: beginSlowPost(target, '/api/v1/telemetry/records/bulk', makeBulk(gpuId, marker).body),
      };
    });
    // Their heads must have been read: what the server has not seen, it has not accepted.
    await pause(500);
    server.kill('SIGTERM');
    await pause(300);
    for (const { request } of slow) request.finish();
    const statuses = await Promise.all(slow.map(({ request }) => request.status));
    const exit = await server.exited;
    const attempts = await load.end();

    expect(statuses).toEqual(slow.map(() => 201));
    expect(exit).toEqual({ code: 0, signal: null });
    expect(attempts.filter((each) => ![201, 503, undefined].includes(each.status))).toEqual([]);

    server = await startServer(dataDir);
    const stored = await storedByMarker(clientOf(server.url, client.token), gpuId);
    const acknowledged = attempts.filter((each) => each.status === 201).map((each) => each.bulk.marker);
    const owed = [...acknowledged, ...slow.map((each) => each.marker)];
    expect(owed.filter((marker) => stored.get(marker) !== recordsPerBulk)).toEqual([]);
  });
});
