import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientOf, logIn, registerGpu } from '../support/client.ts';
import {
  makeDataDir,
  postgresPid,
  removeDataDir,
  startServer,
  type RunningServer,
} from '../support/gpushield-server.ts';
import { recordsPerBulk, startLoad, storedByMarker, until } from '../support/ingest-load.ts';

// GPUSHIELD_RESTART_ROUNDS=50 for a long look.
const rounds = Number(process.env['GPUSHIELD_RESTART_ROUNDS'] ?? 4);

describe('kill -9 of the server while it writes, again and again', () => {
  let dataDir = '';
  let server: RunningServer | undefined;
  beforeEach(async () => {
    dataDir = await makeDataDir();
  });
  afterEach(async () => {
    await server?.stop();
    await removeDataDir(dataDir);
  });

  it(
    'each start works at once, on the same PostgreSQL or a new one, with every acknowledged record',
    async () => {
      server = await startServer(dataDir);
      const first = await logIn(server.url);
      const gpuId = await registerGpu(first);
      const acknowledged = new Set<number>();
      let marker = 0;
      for (let round = 0; round < rounds; round += 1) {
        const client = clientOf(server.url, first.token);
        const load = startLoad(client, gpuId, 4, marker);
        const stored = () => load.attempts.filter((each) => each.status === 201);
        await until('some bulks', () => stored().length >= 3 + (round % 7) * 5);
        // Every third time PostgreSQL goes with it, as when the system ends all of a service at once.
        const postgres = round % 3 === 2 ? await postgresPid(dataDir) : undefined;
        server.kill('SIGKILL');
        if (postgres !== undefined) process.kill(postgres, 'SIGKILL');
        const next = startServer(dataDir);
        for (const { bulk } of (await load.end()).filter((each) => each.status === 201))
          acknowledged.add(bulk.marker);
        marker += load.attempts.length;
        server = await next;
      }
      const kept = await storedByMarker(clientOf(server.url, first.token), gpuId);
      const lost = [...acknowledged].filter((each) => kept.get(each) !== recordsPerBulk);
      expect(lost).toEqual([]);
    },
    60_000 + rounds * 20_000,
  );
});
