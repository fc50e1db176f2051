import { describe, expect, it } from 'vitest';
import { brokenLinks } from '../support/audit-chain.ts';
import { registerGpu, send } from '../support/client.ts';
import { postgresPid } from '../support/gpushield-server.ts';
import { recordsPerBulk, startLoad, storedByMarker, until } from '../support/ingest-load.ts';
import { oneServer } from '../support/one-server.ts';

const running = oneServer();

describe('kill -9 of the embedded PostgreSQL under load', () => {
  it('is survived: 503 with Retry-After meanwhile, no process exits, no acknowledged record is lost', async () => {
    const { server, admin } = running;
    const gpuId = await registerGpu(admin);
    const load = startLoad(admin, gpuId, 8);
    const acknowledged = () => load.attempts.filter((each) => each.status === 201);
    await until('50 acknowledged bulks', () => acknowledged().length >= 50);

    const pid = await postgresPid(server.dataDir);
    if (pid === undefined) throw new Error('no PostgreSQL runs');
    process.kill(pid, 'SIGKILL');
    await until('a refusal', () => load.attempts.some((each) => each.status === 503));
    const before = acknowledged().length;
    await until('50 bulks acknowledged after the crash', () => acknowledged().length >= before + 50, 40_000);
    const attempts = await load.end();

    expect([...new Set(attempts.map((each) => each.status))].sort()).toEqual([201, 503]);
    const refused = attempts.filter((each) => each.status === 503);
    expect(refused.filter((each) => !(Number(each.retryAfter) >= 1))).toEqual([]);
    expect(await postgresPid(server.dataDir)).not.toBe(pid);
    expect((await send(`${server.url}/health`, 'GET')).status).toBe(200);

    const stored = await storedByMarker(admin, gpuId);
    const lost = acknowledged().filter((each) => stored.get(each.bulk.marker) !== recordsPerBulk);
    expect(lost).toEqual([]);
    expect([...stored.values()].filter((count) => count !== recordsPerBulk)).toEqual([]);
    expect(await brokenLinks(admin)).toEqual([]);
  });
});
