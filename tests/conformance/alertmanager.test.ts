import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { send, textAt } from '../support/client.ts';
import { freePort } from '../support/free-port.ts';
import { until } from '../support/ingest-load.ts';
import { oneServer, type OneServer } from '../support/one-server.ts';

/** Debian's package `prometheus-alertmanager`. */
const program = '/usr/bin/prometheus-alertmanager';
const isHere = spawnSync(program, ['--version']).status === 0;
if (!isHere) console.warn(`SKIPPED: ${program} is not installed (Debian's package prometheus-alertmanager)`);

const token = `token-${randomUUID()}`;
const patienceMs = 40_000;

interface KnownAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly generatorURL: string;
  readonly status: { readonly state: string };
}

const startAlertmanager = async (): Promise<{ readonly url: string; stop(): Promise<void> }> => {
  const directory = await mkdtemp(join(tmpdir(), 'gpushield-alertmanager-'));
  const configuration = join(directory, 'alertmanager.yml');
  await writeFile(configuration, 'route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n');
  const address = `127.0.0.1:${String(await freePort(createTcpServer))}`;
  const child = spawn(
    program,
    [
      `--config.file=${configuration}`,
      `--storage.path=${join(directory, 'data')}`,
      `--web.listen-address=${address}`,
      '--cluster.listen-address=',
    ],
    { stdio: 'ignore' },
  );
  const exited = new Promise((resolve) => child.once('exit', resolve));
  const url = `http://${address}`;
  const isReady = () => send(`${url}/-/ready`, 'GET').then(({ status }) => status === 200, () => false); // prettier-ignore
  await until('Alertmanager is ready', isReady);
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
      await rm(directory, { recursive: true, force: true });
    },
  };
};

/** What stands before an Alertmanager and asks for its token; it can be told to hold requests, or to know another token. */
interface Gate {
  readonly url: string;
  mode: 'open' | 'other token' | 'hang';
  /** Requests that got no further, by what became of them. */
  readonly stopped: string[];
  close(): Promise<void>;
}

const startGate = async (behind: string): Promise<Gate> => {
  const stopped: string[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (gate.mode === 'hang') {
        stopped.push('hung');
        return;
      }
      if (gate.mode === 'other token' || request.headers.authorization !== `Bearer ${token}`) {
        stopped.push('refused');
        response.writeHead(401).end();
        return;
      }
      fetch(`${behind}${request.url ?? ''}`, {
        method: 'POST',
        headers: { 'content-type': String(request.headers['content-type']) },
        body: Buffer.concat(chunks),
      }).then(
        async (answer) => response.writeHead(answer.status).end(await answer.text()),
        () => response.writeHead(502).end(),
      );
    });
  });
  const port = await freePort(createTcpServer);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const gate: Gate = {
    url: `http://127.0.0.1:${String(port)}`,
    mode: 'open',
    stopped,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return gate;
};

describe.skipIf(!isHere)('an Alertmanager', () => {
  let peer: Awaited<ReturnType<typeof startAlertmanager>>;
  let gate: Gate;
  beforeAll(async () => {
    peer = await startAlertmanager();
    gate = await startGate(peer.url);
    environment['ALERTMANAGER_URL'] = gate.url;
  }, patienceMs);
  const environment: Record<string, string> = {
    ALERTMANAGER_TOKEN: token,
    GPUSHIELD_PUBLIC_URL: 'https://gpushield.example.com',
    // Long: what is told at once is told by the change itself.
    GPUSHIELD_ALERTMANAGER_RESEND_SECONDS: '3600',
  };
  const running: OneServer = oneServer(environment);
  afterAll(async () => {
    await gate.close();
    await peer.stop();
  });
  beforeEach(() => {
    gate.mode = 'open';
    gate.stopped.length = 0;
  });

  const post = async (path: string, body: object): Promise<Record<string, unknown>> => {
    const answer = await running.admin.send('POST', `/api/v1/alerts${path}`, body);
    expect(answer.status, answer.text).toBeLessThan(300);
    return answer.json();
  };
  const raise = async (
    changes: object = {},
  ): Promise<{ readonly id: string; readonly fingerprint: string }> => {
    const fingerprint = `conformance:${randomUUID()}`;
    const alert = { title: 'Fan "3" stands\nstill', description: 'Ä 😀', severity: 'high', fingerprint };
    return { id: textAt(await post('', { ...alert, ...changes }), 'id'), fingerprint };
  };
  /** The active alerts that Alertmanager knows by this fingerprint: it answers none that has ended. */
  const known = async (fingerprint: string): Promise<readonly KnownAlert[]> => {
    const filter = encodeURIComponent(`fingerprint="${fingerprint}"`);
    const answer = await fetch(`${peer.url}/api/v2/alerts?filter=${filter}`);
    return (await answer.json()) as readonly KnownAlert[];
  };
  const severities = async (fingerprint: string) =>
    (await known(fingerprint)).map(({ labels }) => labels['severity']).toSorted();
  const poll = (fingerprint: string) => expect.poll(() => severities(fingerprint), { timeout: patienceMs });

  it('knows a raised alert with its labels, annotations and link, and sees it end and open again', async () => {
    const { id, fingerprint } = await raise();
    await poll(fingerprint).toEqual(['high']);
    expect(await known(fingerprint)).toMatchObject([
      {
        labels: { alertname: 'Fan "3" stands\nstill', severity: 'high', fingerprint },
        annotations: {
          summary: 'Fan "3" stands\nstill',
          description: 'Ä 😀',
          alert_id: id,
          occurrences: '1',
        },
        generatorURL: `https://gpushield.example.com/console/alerts/${id}`,
        status: { state: 'active' },
      },
    ]);
    await post(`/${id}/resolve`, {});
    await poll(fingerprint).toEqual([]);
    await post(`/${id}/reopen`, {});
    await poll(fingerprint).toEqual(['high']);
    await post(`/${id}/false-positive`, {});
    await poll(fingerprint).toEqual([]);
  });

  it('knows an alert whose severity changed by the new one alone', async () => {
    const { id, fingerprint } = await raise();
    await poll(fingerprint).toEqual(['high']);
    await post(`/${id}/severity`, { severity: 'critical' });
    await poll(fingerprint).toEqual(['critical']);
  });

  it('hears nothing of what is silenced, but that an alert it knows has ended', async () => {
    const { id, fingerprint } = await raise();
    const other = await raise();
    await poll(fingerprint).toEqual(['high']);
    const inAnHour = new Date(Date.now() + 3_600_000).toISOString();
    const silence = await post('/silences', {
      fingerprint_prefix: 'conformance:',
      reason: 'test',
      ends_at: inAnHour,
    });
    const unheard = await raise();
    await post(`/${other.id}/severity`, { severity: 'low' });
    await post(`/${id}/resolve`, {});
    await poll(fingerprint).toEqual([]);
    await poll(other.fingerprint).toEqual([]);
    expect(await known(unheard.fingerprint)).toEqual([]);
    const ended = await running.admin.send('DELETE', `/api/v1/alerts/silences/${textAt(silence, 'id')}`);
    expect(ended.status).toBeLessThan(300);
  });

  it('that refuses the token for a while still hears of the alert', async () => {
    gate.mode = 'other token';
    const { fingerprint } = await raise();
    await expect.poll(() => gate.stopped.length, { timeout: patienceMs }).toBeGreaterThan(1);
    expect(await known(fingerprint)).toEqual([]);
    gate.mode = 'open';
    await poll(fingerprint).toEqual(['high']);
  });

  it('that takes the request and does not answer still hears of the alert', async () => {
    gate.mode = 'hang';
    const { fingerprint } = await raise();
    await expect.poll(() => gate.stopped, { timeout: patienceMs }).toEqual(['hung']);
    gate.mode = 'open';
    await poll(fingerprint).toEqual(['high']);
  });
});
