import { spawn, type ChildProcess } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import { decodeSegment } from './spool/entry.ts';
import { createFakeServer } from './testing/fake-server.ts';
import { hostTree } from './testing/fixtures.ts';
import { temporaryDirectory, writeTree } from './testing/temporary.ts';

interface Bulk {
  readonly records: readonly { readonly metrics: Readonly<Record<string, number>> }[];
}
const child = join(import.meta.dirname, 'testing/kill-child.ts');
const patience = { timeout: 30_000, interval: 5 };
/** The highest count that a killed run left whole in its spool; -1 for none. */
const highestSpooled = async (stateDir: string, run: number): Promise<number> => {
  const directory = join(stateDir, 'spool');
  let highest = -1;
  for (const file of (await readdir(directory)).filter((name) => name.startsWith('telemetry-'))) {
    for (const { payload } of decodeSegment(await readFile(join(directory, file))).entries) {
      for (const { metrics } of payload as Bulk['records']) {
        if (metrics['test.run'] === run) highest = Math.max(highest, metrics['test.count'] ?? -1);
      }
    }
  }
  return highest;
};
const kill = (process: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    process.once('exit', () => resolve());
    process.kill('SIGKILL');
  });

it(
  'kill -9 at any moment, server there or away: what was spooled arrives once and in order',
  { timeout: 90_000 },
  async () => {
    const directory = await temporaryDirectory();
    const server = createFakeServer();
    const interval = {
      heartbeat_interval_seconds: 1,
      telemetry_interval_seconds: 0.1,
      integrity_interval_seconds: 5,
    };
    server.state.configuration = { ...interval, kernel_log_enabled: false, extra_integrity_paths: [] };
    await server.start();
    const host = join(directory.path, 'host');
    await writeTree(host, hostTree);
    const received = () =>
      server
        .bodiesOf('/records/bulk')
        .flatMap((body) => (body as Bulk).records.map(({ metrics }) => metrics));
    const countOf = (run: number): unknown[] =>
      received().flatMap((metrics) => (metrics['test.run'] === run ? [metrics['test.count']] : []));
    const runs = 5;
    const spooled: number[] = [];
    for (let run = 0; run < runs; run += 1) {
      const arguments_ = [
        child,
        server.url(),
        server.apiKey,
        join(directory.path, 'state'),
        host,
        String(run),
      ];
      const running = spawn(process.execPath, arguments_, { stdio: 'ignore' });
      // Odd runs die while the server is away and samples wait; even ones while deliveries are under way.
      await vi.waitFor(() => expect(countOf(run).length).toBeGreaterThan(20 + 7 * run), patience);
      if (run % 2 === 1) {
        await server.stop();
        await new Promise((resolve) => setTimeout(resolve, 300));
      }
      await kill(running);
      spooled.push(await highestSpooled(join(directory.path, 'state'), run));
      if (run % 2 === 1) await server.start();
    }
    for (let run = 0; run < runs; run += 1) {
      const isDrained = run < runs - 1;
      if (isDrained) expect(countOf(run).length).toBeGreaterThan(spooled[run] ?? Infinity);
      expect(countOf(run)).toEqual(Array.from({ length: countOf(run).length }, (_, index) => index));
    }
    const order = received().map((metrics) => metrics['test.run'] ?? -1);
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(server.state.violations).toEqual([]);
    await server.stop();
    await directory.remove();
  },
);
