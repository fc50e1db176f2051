import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { objectAt, objectsAt, registerGpu, send, textAt } from '../support/client.ts';
import { makeBulk, sendBulk, until } from '../support/ingest-load.ts';
import { oneServer } from '../support/one-server.ts';

const running = oneServer();

/** Whether a program of Debian's package `prometheus` is here; says so loudly where it is not. */
const has = (program: string): boolean => {
  const found = spawnSync(program, ['--version']).status === 0;
  if (!found) console.warn(`SKIPPED: ${program} is not installed (Debian's package prometheus)`);
  return found;
};

const metricsKey = async (): Promise<string> => {
  const body = { description: 'prometheus', scopes: ['metrics:read'], expires_in_hours: 1 };
  const answer = await running.admin.send('POST', '/api/v1/keys', body);
  expect(answer.status).toBe(201);
  return textAt(answer.json(), 'api_key');
};

/** Some of everything, so that there is something to count. */
const makeTraffic = async (): Promise<void> => {
  const gpuId = await registerGpu(running.admin);
  await sendBulk(running.admin, makeBulk(gpuId, 1));
  await running.admin.send('GET', '/api/v1/nothing');
  await send(`${running.url}/api/v1/nodes`, 'GET', undefined, { authorization: 'Bearer wrong' });
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const probe = createServer();
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no port'));
        else resolve(address.port);
      });
    });
  });

const configurationFor = (keyFile: string): string => `
global: { scrape_interval: 1s, scrape_timeout: 1s }
scrape_configs:
  - job_name: gpushield
    authorization: { type: Bearer, credentials_file: ${keyFile} }
    static_configs: [{ targets: ['${new URL(running.url).host}'] }]
`;

/** Runs Prometheus against the server while `check` asks it by its address. */
const withPrometheus = async (key: string, check: (url: string) => Promise<void>): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), 'gpushield-prometheus-'));
  const keyFile = join(directory, 'key');
  const configuration = join(directory, 'prometheus.yml');
  await writeFile(keyFile, key, { mode: 0o600 });
  await writeFile(configuration, configurationFor(keyFile));
  const address = `127.0.0.1:${String(await freePort())}`;
  const child = spawn(
    'prometheus',
    [
      `--config.file=${configuration}`,
      `--storage.tsdb.path=${join(directory, 'data')}`,
      `--web.listen-address=${address}`,
    ],
    { stdio: 'ignore' },
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  try {
    await check(`http://${address}`);
  } finally {
    child.kill('SIGTERM');
    await exited;
    await rm(directory, { recursive: true, force: true });
  }
};

const instant = async (url: string, query: string): Promise<Record<string, unknown>[]> => {
  const answer = await send(`${url}/api/v1/query?query=${encodeURIComponent(query)}`, 'GET').catch(
    () => undefined,
  );
  return answer?.status === 200 ? objectsAt(objectAt(answer.json(), 'data'), 'result') : [];
};

describe('/metrics', () => {
  it('needs a credential that may read metrics', async () => {
    expect((await send(`${running.url}/metrics`, 'GET')).status).toBe(401);
    const answer = await send(`${running.url}/metrics`, 'GET', undefined, {
      authorization: `Bearer ${await metricsKey()}`,
    });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=/);
  });

  it.skipIf(!has('promtool'))('gives promtool nothing to say', async () => {
    await makeTraffic();
    const metrics = await running.admin.send('GET', '/metrics');
    const checked = spawnSync('promtool', ['check', 'metrics'], { input: metrics.text, encoding: 'utf8' });
    expect(metrics.text).toContain('# TYPE');
    expect({ status: checked.status, said: checked.stdout + checked.stderr }).toEqual({
      status: 0,
      said: '',
    });
  });

  it.skipIf(!has('prometheus'))('is scraped by Prometheus with a key from a file', async () => {
    await makeTraffic();
    await withPrometheus(await metricsKey(), async (url) => {
      const upQuery = 'up{job="gpushield"}';
      await until('a scrape', async () => (await instant(url, upQuery)).length > 0);
      expect(await instant(url, `${upQuery} == 1`)).toHaveLength(1);
      const counted = await instant(url, 'sum({__name__=~"gpushield_.*requests_total"})');
      expect(counted).toHaveLength(1);
    });
  });
});
