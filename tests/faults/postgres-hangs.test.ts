import { describe, expect, it } from 'vitest';
import { brokenLinks } from '../support/audit-chain.ts';
import { registerGpu } from '../support/client.ts';
import { freezePostgres } from '../support/freeze-postgres.ts';
import { recordsPerBulk, startLoad, storedByMarker, until } from '../support/ingest-load.ts';
import { oneServer } from '../support/one-server.ts';

const running = oneServer();

describe('a PostgreSQL that hangs', () => {
  it('costs requests a 503 with Retry-After, and nothing that was acknowledged', async () => {
    const { server, admin } = running;
    const gpuId = await registerGpu(admin);
    const load = startLoad(admin, gpuId, 4);
    const acknowledged = () => load.attempts.filter((each) => each.status === 201);
    await until('20 acknowledged bulks', () => acknowledged().length >= 20);
    const thaw = await freezePostgres(server.dataDir);
    try {
      await until('a refusal', () => load.attempts.some((each) => each.status === 503), 20_000);
      const health = await fetch(`${server.url}/health`);
      expect(health.status).toBe(503);
    } finally {
      thaw();
    }
    const before = acknowledged().length;
    await until('20 bulks acknowledged afterwards', () => acknowledged().length >= before + 20);
    const attempts = await load.end();

    const refused = attempts.filter((each) => each.status !== 201);
    expect([...new Set(refused.map((each) => each.status))]).toEqual([503]);
    expect(refused.filter((each) => !(Number(each.retryAfter) >= 1))).toEqual([]);
    const stored = await storedByMarker(admin, gpuId);
    expect(acknowledged().filter((each) => stored.get(each.bulk.marker) !== recordsPerBulk)).toEqual([]);
    expect(await brokenLinks(admin)).toEqual([]);
  });
});
