import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { App } from '../../packages/server/src/app.ts';
import { stopApp, testApp } from '../../packages/server/src/testing/app-harness.ts';
import { testDatabase } from '../../packages/server/src/testing/index.ts';
import { hasCurl, runCurl } from '../support/curl.ts';
import * as examples from './seed-reservations-examples.ts';

const canRun = hasCurl() && spawnSync('bwrap', ['--ro-bind', '/', '/', 'true']).status === 0;
if (!canRun)
  console.warn('SKIPPED: without curl and bubblewrap the examples of the reservations seed are NOT run');

const database = testDatabase();
const account = '123456789012';
const role = 'SSOCloudDevGpuReservation';
let app: App;
let sts: Server;
let url = '';
let person = 'john';
let directory = '';

/** Says who the caller is. Whether signatures are right is the business of the tests of signing in. */
const startSts = (): Promise<string> => {
  sts = createServer((_request, response) => {
    const GetCallerIdentityResult = {
      Arn: `arn:aws:sts::${account}:assumed-role/${role}/${person}`,
      Account: account,
      UserId: `AROATESTROLEOFTESTS1:${person}`,
    };
    response.writeHead(200).end(JSON.stringify({ GetCallerIdentityResponse: { GetCallerIdentityResult } }));
  });
  return new Promise((resolve) =>
    sts.listen(0, '127.0.0.1', () => {
      const address = sts.address();
      resolve(`http://127.0.0.1:${String(typeof address === 'object' ? address?.port : '')}`);
    }),
  );
};

beforeAll(async () => {
  if (!canRun) return;
  directory = mkdtempSync(join(tmpdir(), 'gpushield-seed-'));
  app = await testApp({
    db: database.db,
    env: {
      GPUSHIELD_ROLES: 'api',
      DATABASE_URL: database.connectionString,
      SECRET_KEY: 'a secret of the tests, long enough for all',
      GPUSHIELD_DATA_DIR: directory,
      GPUSHIELD_AWS_RAW_LOGIN: 'true',
      ALLOWED_AWS_ROLE: `arn:aws:iam::${account}:role/${role}`,
      AWS_ENDPOINT_URL_STS: await startSts(),
    },
  });
  url = await app.http.app.listen({ port: 0, host: '127.0.0.1' });
  const pools = [{ gpuType: 'h100', total: 8, usedByOthers: 0, deviceIds: null }];
  const node = {
    name: 'h100-1',
    ready: true,
    unschedulableReason: null,
    pools,
    cpuMillis: 192_000,
    memoryMib: 1,
  };
  const report = { nodes: [node], observedAtMs: Date.now() };
  await database.db.query(`INSERT INTO reservation_capacity VALUES ('local', $1, now())`, [
    JSON.stringify(report),
  ]);
});
afterAll(async () => {
  if (!canRun) return;
  await stopApp(app);
  sts.close();
  rmSync(directory, { recursive: true, force: true });
});

/** Addresses and secrets are the reader's to put in; a pipe into jq only makes the answer pretty. */
const run = (example: string, apiKey = '') => {
  const command = example
    .replace(/ \| jq \.$/, '')
    .replaceAll(/https:\/\/api\.gpudev\.example\.com|http:\/\/localhost:8000/g, url)
    .replaceAll(/your-api-key-here|your-current-api-key/g, apiKey);
  const environment = {
    API_KEY: apiKey,
    AWS_ACCESS_KEY_ID: 'ASIATESTKEYOFTHETESTS',
    AWS_SECRET_ACCESS_KEY: 'a-secret-key-of-the-tests-forty-characters',
    AWS_SESSION_TOKEN: 'token-'.repeat(30),
  };
  const exports = Object.entries(environment).map(([name, value]) => `${name}='${value}'; `);
  return runCurl(`${exports.join('')}${command}`, undefined);
};
const logInAs = async (name: string): Promise<string> => {
  person = name;
  const answer = await run(examples.loginFromEnvironment);
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return String(answer.body['api_key']);
};
const ask = async (key: string, method: string, path: string, body?: object) => {
  const answer = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
const uuid = expect.stringMatching(/^[0-9a-f-]{36}$/);
const login = {
  key_prefix: expect.stringMatching(/^.{8}$/),
  user_id: expect.any(Number),
  expires_at: timestamp,
};
const jobFields =
  `job_id reservation_id user_id status gpu_type gpu_count instance_type duration_hours created_at
  expires_at name pod_name node_ip node_port ssh_command jupyter_enabled jupyter_url jupyter_token github_user
  queue_position estimated_start_time status_detail history warnings node gpu_ids risk`.split(/\s+/);
const diskFields =
  `disk_name user_id size_gb created_at last_used in_use reservation_id is_backing_up is_deleted
  snapshot_count`.split(/\s+/);

describe('the recorded examples', () => {
  const seed = (() => {
    try {
      return readFileSync('../shared/seeds/2-gpu-dev-api-service.md', 'utf8');
    } catch {
      console.warn('SKIPPED: no ../shared/seeds: the recorded examples were NOT compared with the seed');
      return undefined;
    }
  })();
  it.skipIf(seed === undefined).each(Object.entries(examples))(
    '%s stands in the seed as it is here',
    (_name, text) => {
      expect(seed).toContain(text);
    },
  );
});

describe.skipIf(!canRun)("the reservations seed's requests, as they stand", () => {
  it('sign in, with real credentials alone', async () => {
    const answer = await run(examples.loginFromEnvironment);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        ...login,
        api_key: expect.stringMatching(/^[\w-]{86}$/),
        username: 'john',
        aws_arn: `arn:aws:sts::${account}:assumed-role/${role}/john`,
        ttl_hours: 2,
      },
    });
    for (const placeholders of [examples.loginWithPlaceholders, examples.loginInWords])
      expect(await run(placeholders)).toMatchObject({ status: 422, body: { detail: expect.any(String) } });
  });

  it('submit jobs, which are there to be read at once', async () => {
    const [john, ann] = [await logInAs('john'), await logInAs('ann')];
    for (const [example, key, size] of [
      [examples.submitFromEnvironment, john, 100],
      [examples.submitWithSecrets, ann, 500],
    ] as const) {
      const { status, body } = await run(example, key);
      expect({ status, body }).toMatchObject({
        status: 200,
        body: {
          job_id: uuid,
          status: 'queued',
          message: expect.stringMatching(
            /^Job submitted successfully to queue \(message ID: \d+\)\. The image pytorch\/\S+ is not used/,
          ),
        },
      });
      const job = await ask(key, 'GET', `/v1/jobs/${String(body['job_id'])}`);
      expect(job).toMatchObject({
        status: 200,
        body: {
          gpu_type: 'h100',
          instance_type: 'p5.48xlarge',
          duration_hours: 4,
          disk_name: 'my-training-data',
        },
      });
      expect(Object.keys(job.body)).toEqual(expect.arrayContaining(jobFields));
      const disk = await ask(key, 'GET', '/v1/disks/my-training-data');
      expect(disk.body).toMatchObject({ size_gb: size, in_use: true, reservation_id: body['job_id'] });
      expect(Object.keys(disk.body)).toEqual(expect.arrayContaining(diskFields));
    }
  });

  it('with a Dockerfile are refused by a host without a builder', async () => {
    const key = await logInAs('docker');
    const body = { instance_type: 'p5.48xlarge', dockerfile: 'FROM scratch' };
    expect(await ask(key, 'POST', '/v1/jobs/submit', body)).toMatchObject({
      status: 422,
      body: { code: 'reservation_impossible', detail: expect.stringContaining('Dockerfile') },
    });
  });

  it('rotate keys and ask for health', async () => {
    const rotated = await run(examples.rotateKey, await logInAs('john'));
    expect(rotated).toMatchObject({
      status: 200,
      body: { ...login, username: 'john', api_key: expect.any(String) },
    });
    for (const example of [examples.askHealth, examples.askLocalHealth])
      expect(await run(example)).toMatchObject({
        status: 200,
        body: { status: 'healthy', database: 'healthy', queue: 'healthy', timestamp },
      });
  });

  it('are told what they are told today of keys that are wrong', async () => {
    expect(await run(examples.submitFromEnvironment, 'x'.repeat(86))).toMatchObject({ status: 401 });
    expect(await run(examples.submitFromEnvironment, 'short')).toMatchObject({ status: 401 });
    const key = await logInAs('gone');
    await database.db.query(
      `UPDATE api_keys SET expires_at = now() - interval '1 minute' WHERE key_prefix = $1`,
      [key.slice(0, 8)],
    );
    await expect
      .poll(() => run(examples.submitFromEnvironment, key), { timeout: 20_000 })
      .toMatchObject({ status: 403, body: { detail: expect.stringMatching(/expired/i) } });
  });
});

describe.skipIf(!canRun)("the seed's other endpoints", () => {
  it('have their shapes and statuses', async () => {
    const key = await logInAs('eve');
    const submitted = await ask(key, 'POST', '/v1/jobs/submit', {
      instance_type: 'p5.48xlarge',
      env_vars: {
        GPU_TYPE: 'H100',
        GPU_COUNT: '2',
        USER_ID: 'mallory',
        RESERVATION_ID: 'forged',
        JUPYTER_ENABLED: 'true',
      },
    });
    const id = String(submitted.body['job_id']);
    expect((await ask(key, 'GET', `/v1/jobs/${id.slice(0, 8)}`)).body).toMatchObject({
      job_id: id,
      user_id: 'eve',
      gpu_count: 2,
      jupyter_enabled: true,
    });
    expect((await ask(key, 'GET', '/v1/jobs?status=queued,active&limit=10&offset=0')).body).toMatchObject({
      jobs: [{ job_id: id }],
      total: 1,
      limit: 10,
      offset: 0,
    });
    for (const [path, action, body] of [
      ['extend', 'extend', { extension_hours: 2 }],
      ['jupyter/enable', 'enable_jupyter', undefined],
      ['jupyter/disable', 'disable_jupyter', undefined],
      ['users', 'add_user', { github_username: 'octocat' }],
      ['cancel', 'cancel', undefined],
    ] as const)
      expect(await ask(key, 'POST', `/v1/jobs/${id}/${path}`, body)).toMatchObject({
        status: 200,
        body: { job_id: id, action, status: 'requested', message: expect.any(String) },
      });
    const stranger = await logInAs('mallory');
    const unknown = '00000000-0000-4000-8000-000000000000';
    expect((await ask(stranger, 'GET', `/v1/jobs/${id}`)).status).toBe(403);
    expect((await ask(stranger, 'POST', `/v1/jobs/${id}/cancel`)).status).toBe(403);
    for (const path of [`/v1/jobs/${unknown}`, `/v1/jobs/${unknown}/cancel`])
      expect((await ask(key, path.endsWith('cancel') ? 'POST' : 'GET', path)).status).toBe(404);
    expect((await ask(key, 'GET', '/v1/gpu/availability')).body).toMatchObject({
      availability: {
        h100: {
          gpu_type: 'h100',
          total: 8,
          available: 8,
          in_use: 0,
          queued: expect.any(Number),
          max_per_node: 8,
        },
      },
      timestamp,
    });
    expect(Object.keys((await ask(key, 'GET', '/v1/cluster/status')).body)).toEqual(
      expect.arrayContaining(
        `total_gpus available_gpus in_use_gpus queued_gpus active_reservations preparing_reservations
        queued_reservations pending_reservations by_gpu_type timestamp`.split(/\s+/),
      ),
    );
  });

  it('have them for disks', async () => {
    const key = await logInAs('dora');
    const made = await ask(key, 'POST', '/v1/disks', { disk_name: 'data', size_gb: 20 });
    expect(made).toMatchObject({
      status: 200,
      body: {
        operation_id: uuid,
        disk_name: 'data',
        action: 'create',
        message: expect.any(String),
        requested_at: timestamp,
      },
    });
    const operation = await ask(key, 'GET', `/v1/disks/data/operations/${String(made.body['operation_id'])}`);
    expect(operation.status).toBe(200);
    expect(Object.keys(operation.body)).toEqual(
      expect.arrayContaining(
        'operation_id disk_name status error is_deleted delete_date created_at last_updated completed'.split(
          ' ',
        ),
      ),
    );
    expect((await ask(key, 'GET', '/v1/disks')).body).toMatchObject({
      disks: [{ disk_name: 'data' }],
      total: 1,
    });
    expect((await ask(key, 'GET', '/v1/disks/data/content')).body).toMatchObject({
      disk_name: 'data',
      content: null,
      s3_path: null,
      snapshot_date: null,
      message: expect.any(String),
    });
    expect((await ask(key, 'POST', '/v1/disks/data/rename', { new_name: 'moved' })).body).toMatchObject({
      message: expect.any(String),
      old_name: 'data',
      new_name: 'moved',
      snapshots_updated: 0,
    });
    expect((await ask(key, 'DELETE', '/v1/disks/moved')).body).toMatchObject({
      action: 'delete',
      disk_name: 'moved',
    });
    expect((await ask(key, 'GET', '/v1/disks/moved/content')).status).toBe(410);
    expect((await ask(key, 'GET', '/v1/disks/nowhere')).status).toBe(404);
  });
});
