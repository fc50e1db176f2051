import { randomUUID } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ApiRequest, ApiResult } from '../client.ts';
import { createHealth } from '../health.ts';
import { createSession } from '../identity.ts';
import type { Batch } from '../spool/batch.ts';
import { temporaryDirectory } from '../testing/temporary.ts';
import { createSensorAgent } from './agent.ts';
import { createDelivery } from './deliver.ts';

const sensorId = '01a21367-092d-7443-8fb3-71a259f924a7';
const identity = {
  ...{ url: 'http://x', node_id: '01a21367-0000-7443-8fb3-000000000001', sensor_id: sensorId, gpus: [] },
  configuration: createSession(undefined).configuration,
  configuration_version: 1,
};
const session = createSession(identity);
const signal = new AbortController().signal;
const batch: Batch = {
  key: 'k',
  entries: [{ seq: 1, kind: 'syscalls', key: 'k', count: 1, payload: [{ pid: 1, syscall: 'execve' }] }],
};
const denied: ApiResult = { kind: 'denied', reason: '401', retryAfterMs: 0 };
const taken: ApiResult = { kind: 'refused', status: 409, code: 'already_exists', reason: '409' };
const okay = (body: unknown): ApiResult => ({ kind: 'ok', status: 200, body });

const removals: (() => Promise<void>)[] = [];
const temporary = async (): Promise<string> => {
  const { path, remove } = await temporaryDirectory();
  removals.push(remove);
  return path;
};
afterEach(async () => {
  for (const remove of removals.splice(0)) await remove();
});

/** A server that answers by `answer`, and a sensor with this state directory. */
const setUp = async (answer: (request: ApiRequest) => ApiResult, directory?: string) => {
  const stateDir = directory ?? (await temporary());
  const asked: ApiRequest[] = [];
  let nowMs = 0;
  const client = (request: ApiRequest): Promise<ApiResult> => {
    asked.push(request);
    return Promise.resolve(answer(request));
  };
  const clock = {
    now: () => new Date(nowMs),
    monotonicMs: () => nowMs,
    sleep: () => Promise.resolve(),
  };
  const agent = createSensorAgent({
    ...{ stateDir, url: 'http://x', nodeName: 'node-1', client, clock, uuid: randomUUID },
  });
  const health = createHealth();
  const deliver = createDelivery({ client, session, agent, health });
  return {
    ...{ stateDir, asked, health },
    send: () => deliver(batch, signal),
    later: (ms: number): void => {
      nowMs += ms;
    },
  };
};

describe('the sensor as an agent', () => {
  it('registers once, keeps its secret for itself, and signs with it from then on', async () => {
    const answer = ({ path }: ApiRequest): ApiResult =>
      path === '/api/v1/agents' ? okay({ secret: 's1' }) : okay({ errors: 0 });
    const { stateDir, asked, send } = await setUp(answer);
    expect(await send()).toEqual({ kind: 'delivered' });
    await send();
    expect(asked.map(({ path, signAs }) => [path, signAs?.secret])).toEqual([
      ['/api/v1/agents', undefined],
      ['/api/v1/events', 's1'],
      ['/api/v1/events', 's1'],
    ]);
    expect(asked[0]?.body).toMatchObject({ agent_id: 'node-1.59f924a7', sensor_id: sensorId });
    expect((await stat(join(stateDir, 'agent.json'))).mode & 0o777).toBe(0o600);
    const again = await setUp(answer, stateDir);
    await again.send();
    expect(again.asked.map(({ path }) => path)).toEqual(['/api/v1/events']);
  });

  it('takes a new secret where its own was lost', async () => {
    const { asked, send } = await setUp(({ path }) =>
      path === '/api/v1/agents'
        ? taken
        : path.endsWith('/rotate-secret')
          ? okay({ secret: 's2' })
          : okay({ errors: 0 }),
    );
    expect(await send()).toEqual({ kind: 'delivered' });
    expect(asked.at(-1)?.signAs?.secret).toBe('s2');
  });

  it('sends with its key where that may not register', async () => {
    const { asked, send } = await setUp(({ path }) =>
      path === '/api/v1/agents' ? denied : okay({ errors: 0 }),
    );
    expect(await send()).toEqual({ kind: 'delivered' });
    expect(asked.at(-1)).toMatchObject({ path: '/api/v1/events', body: { agent_id: 'node-1.59f924a7' } });
    expect(asked.at(-1)?.signAs).toBeUndefined();
  });

  it('asks for another secret when its signature is refused, and for no more when that one is too', async () => {
    let secrets = 0;
    const answer = (request: ApiRequest): ApiResult => {
      if (request.path !== '/api/v1/events') return okay({ secret: `s${String((secrets += 1))}` });
      return request.signAs === undefined ? okay({ errors: 0 }) : denied;
    };
    const { send, later, asked } = await setUp(answer);
    expect(await send()).toMatchObject({ kind: 'later' });
    // Refused right after it was made: more secrets would not help, and the key sends meanwhile.
    expect(await send()).toEqual({ kind: 'delivered' });
    await send();
    expect(secrets).toBe(1);
    later(3_600_000);
    expect(await send()).toMatchObject({ kind: 'later' });
    expect(secrets).toBe(2);
    expect(asked.at(-1)?.signAs?.secret).toBe('s2');
  });

  it('says that events were refused as wrong', async () => {
    const { send, health } = await setUp(({ path }) =>
      path === '/api/v1/agents' ? okay({ secret: 's' }) : okay({ errors: 3 }),
    );
    await send();
    expect(health.report()).toMatchObject({
      health: 'degraded',
      health_detail: expect.stringContaining('3 '),
    });
  });
});
