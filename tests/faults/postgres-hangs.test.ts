import { readFile, readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { brokenLinks } from '../support/audit-chain.ts';
import { registerGpu } from '../support/client.ts';
import { postgresPid } from '../support/gpushield-server.ts';
import { recordsPerBulk, startLoad, storedByMarker, until } from '../support/ingest-load.ts';
import { oneServer } from '../support/one-server.ts';

const running = oneServer();

/** The processes whose parent is `pid`. */
const childrenOf = async (pid: number): Promise<number[]> => {
  const all = (await readdir('/proc')).map(Number).filter((each) => each > 0);
  const parents = await Promise.all(
    all.map(async (each) => {
      const stat = await readFile(`/proc/${String(each)}/stat`, 'utf8').catch(() => '');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }),
  );
  return all.filter((_, index) => parents[index] === pid);
};

const signal = (pids: readonly number[], name: 'SIGSTOP' | 'SIGCONT'): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended meanwhile.
    }
  }
};

describe('a PostgreSQL that hangs', () => {
  it('costs requests a 503 with Retry-After, and nothing that was acknowledged', async () => {
    const { server, admin } = running;
    const gpuId = await registerGpu(admin);
    const load = startLoad(admin, gpuId, 4);
    const acknowledged = () => load.attempts.filter((each) => each.status === 201);
    await until('20 acknowledged bulks', () => acknowledged().length >= 20);
    const postmaster = await postgresPid(server.dataDir);
    if (postmaster === undefined) throw new Error('no PostgreSQL runs');
    const frozen = [postmaster, ...(await childrenOf(postmaster))];
    signal(frozen, 'SIGSTOP');
    try {
      await until('a refusal', () => load.attempts.some((each) => each.status === 503), 20_000);
      const health = await fetch(`${server.url}/health`);
      expect(health.status).toBe(503);
    } finally {
      signal(frozen, 'SIGCONT');
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
