import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attacks, runAttack } from '../support/attacks.ts';
import { logIn, textAt, type Client } from '../support/client.ts';
import { startSensor, type RunningSensor } from '../support/gpushield-sensor.ts';
import { makeDataDir, removeDataDir, startServer, type RunningServer } from '../support/gpushield-server.ts';
import { canLimit, sightProblem } from '../support/syscall-sight.ts';

/*
 * Attacks that are run on this machine stand in the scores, seen by the sensor's own eyes: bpftrace, the spool, the signed
 * events and the rules, all of them real.
 */

const problem = sightProblem();
if (problem !== undefined) console.warn(`SKIPPED: the sensor's syscall eyes are not tested: ${problem}`);

const hasJobs = spawnSync('bwrap', ['--ro-bind', '/', '/', 'true']).status === 0 && canLimit();
if (!hasJobs)
  console.warn('SKIPPED: no bubblewrap or no control groups here: jobs are not tied to what runs in them');

const chosen = [
  'memfd, fexecve',
  'program in /dev/shm',
  'reverse shell',
  'ptrace attach and poke',
  'new namespaces, mount, chroot',
  'a pool of miners',
  'becomes root',
  'task for cron',
  "passwords' hashes",
  'list of accounts, from its folder',
  "passwords' hashes, by a link",
];
/** Far more than it takes: how long it took is printed, and measured by the bench. */
const waitMs = 30_000;

const env = { GPUSHIELD_OTLP_GRPC_PORT: '0' };
/** What the README gives a sensor's key. */
const sensorScopes = [
  ...['self', 'nodes:write:own', 'sensors:read:own', 'sensors:write:own', 'telemetry:write:own'],
  ...['events:write:own', 'agents:write:own'],
];

interface Score {
  readonly process_id: string;
  readonly agent_id: string;
  readonly pid: number;
  readonly risk_score: number;
  readonly job_id: string | null;
  readonly contributions: readonly { readonly technique: string | null }[];
}

describe.skipIf(problem !== undefined)("the sensor's own eyes", () => {
  let dataDir: string;
  let server: RunningServer;
  let sensor: RunningSensor;
  let admin: Client;

  const until = async <T>(look: () => Promise<T | undefined> | T | undefined, what: string): Promise<T> => {
    const endMs = Date.now() + waitMs * 2;
    for (;;) {
      const found = await look();
      if (found !== undefined) return found;
      if (Date.now() > endMs)
        throw new Error(`${what} did not come:\n${sensor.output()}\n${server.output()}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const scoresSince = async (ms: number): Promise<readonly Score[]> => {
    const since = new Date(ms - 1000).toISOString();
    const answer = await admin.send('GET', `/api/v1/scores?limit=500&since=${encodeURIComponent(since)}`);
    return answer.json()['data'] as readonly Score[];
  };

  beforeAll(async () => {
    dataDir = await makeDataDir();
    server = await startServer(dataDir, env);
    admin = await logIn(server.url);
    const made = await admin.send('POST', '/api/v1/keys', { description: 'sensor', scopes: sensorScopes });
    sensor = startSensor(server.url, join(dataDir, 'own-sensor'), textAt(made.json(), 'api_key'));
    await until(() => (sensor.output().includes('syscalls are watched') ? true : undefined), 'bpftrace');
  }, 120_000);
  afterAll(async () => {
    await sensor.stop();
    await server.stop();
    await removeDataDir(dataDir);
  });

  it.each(attacks.filter(({ name }) => chosen.includes(name)))('find $technique: $name', async (attack) => {
    const { pid, startedMs } = await runAttack(attack);
    const endedMs = Date.now();
    const score = await until(async () => {
      const of = (await scoresSince(startedMs)).find((each) => each.pid === pid);
      return of?.contributions.some(({ technique }) => technique === attack.technique) === true
        ? of
        : undefined;
    }, attack.name);
    console.log(
      `${attack.technique} ${attack.name}: ${String(score.risk_score)}, ${String(Date.now() - endedMs)} ms after its end`,
    );
    expect(score.risk_score).toBeGreaterThanOrEqual(50);
  });

  it('belong to an agent that is this sensor, and tell who a process is', async () => {
    const [agent] = (await admin.send('GET', '/api/v1/agents')).json()['data'] as readonly {
      readonly id: string;
      readonly sensor_id: string;
    }[];
    const [sensor] = (await admin.send('GET', '/api/v1/sensors')).json()['data'] as readonly {
      readonly id: string;
    }[];
    expect(agent?.sensor_id).toBe(sensor?.id);
    const [score] = (await scoresSince(0)).filter(({ risk_score: risk }) => risk >= 50);
    const path = `/api/v1/processes/${encodeURIComponent(score?.process_id ?? '')}`;
    const facts = (await admin.send('GET', path)).json();
    expect(facts).toMatchObject({ agent_id: agent?.id, user_name: expect.stringMatching(/^(root|nobody)$/) });
    expect(facts['process_id']).toMatch(/^[^:]+:\d+:\d+$/);
    expect(facts['parent_process_id']).toMatch(/^[^:]+:\d+:\d+$/);
    expect(facts['executable_sha256']).toMatch(/^[0-9a-f]{64}$/);
  });

  it.skipIf(!hasJobs)('tie what runs in a job on this host to that job', async () => {
    const spec = { instance_type: 'cpu-x86', duration_hours: 0.25 };
    const command = 'mkdir -p /tmp/.x; cp /bin/sleep /tmp/.x/busy; exec /tmp/.x/busy 1';
    const made = await admin.send('POST', '/v1/jobs/submit', { ...spec, command });
    expect(made.status, made.text).toBeLessThan(300);
    const jobId = textAt(made.json(), 'job_id');
    const found = await until(async () => {
      const answer = await admin.send('GET', `/api/v1/scores?risk_min=50&job_id=${jobId}`);
      const scores = answer.json()['data'] as readonly Score[];
      return scores.length > 0 ? scores : undefined;
    }, 'the score of the job');
    for (const { job_id: of } of found) expect(of).toBe(jobId);
    expect(found.flatMap(({ contributions }) => contributions.map(({ technique }) => technique))).toContain(
      'T1564.001',
    );
    const elsewhere = `/api/v1/scores?risk_min=50&job_id=${crypto.randomUUID()}`;
    expect((await admin.send('GET', elsewhere)).json()['data']).toEqual([]);
    await until(async () => {
      const status = textAt((await admin.send('GET', `/v1/jobs/${jobId}`)).json(), 'status');
      return ['expired', 'failed'].includes(status) ? true : undefined;
    }, 'the end of the job');
  });

  it('tell what they saw while the server was away', async () => {
    const attack = attacks.find(({ name }) => name === 'program in a hidden folder');
    if (attack === undefined) throw new Error('There is no such attack');
    server.kill('SIGKILL');
    await server.exited;
    const { pid, startedMs } = await runAttack(attack);
    server = await startServer(dataDir, { ...env, PORT: new URL(server.url).port });
    admin = await logIn(server.url);
    await until(async () => (await scoresSince(startedMs)).find((each) => each.pid === pid), attack.name);
  });
});
