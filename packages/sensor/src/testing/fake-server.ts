import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  Heartbeat,
  Inventory,
  RegisterGpu,
  RegisterNode,
  RegisterSensor,
  SecurityEventBulk,
  TelemetryBulk,
  defaultSensorConfiguration,
} from '@gpushield/contracts';
import { Type, type TSchema } from 'typebox';
import { Value } from 'typebox/value';

const apiKey = 'test-key-0123456789';
const at = '2026-01-01T00:00:00.000Z';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly body: unknown;
  readonly key: string | undefined;
}
/** What to answer instead of the usual; null lets the request through. */
export type Override = (
  request: Received,
) => { status: number; body?: unknown; headers?: Record<string, string> } | null;

const bodies: readonly (readonly [RegExp, string, TSchema])[] = [
  [/^\/api\/v1\/nodes$/, 'POST', RegisterNode],
  [/^\/api\/v1\/nodes\/[^/]+\/gpus$/, 'POST', RegisterGpu],
  [/^\/api\/v1\/sensors$/, 'POST', RegisterSensor],
  [/^\/api\/v1\/sensors\/[^/]+\/heartbeat$/, 'POST', Heartbeat],
  [/^\/api\/v1\/sensors\/[^/]+\/inventory$/, 'PUT', Inventory],
  [/^\/api\/v1\/telemetry\/records\/bulk$/, 'POST', TelemetryBulk],
  [/^\/api\/v1\/security-events$/, 'POST', SecurityEventBulk],
  [/^\/api\/v1\/sensors\/[^/]+\/configuration$/, 'GET', Type.Unknown()],
];

const readBody = async (request: IncomingMessage): Promise<unknown> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const source = Buffer.concat(chunks).toString('utf8');
  const value: unknown = source === '' ? undefined : JSON.parse(source);
  return value;
};

/**
 * A server that speaks the contract strictly: a request that breaks a schema is answered 422 and kept in
 * `violations`. Idempotency keys are honoured: a repeated one is answered without counting again.
 */
export const createFakeServer = () => {
  const state = {
    received: [] as Received[],
    violations: [] as string[],
    configuration: defaultSensorConfiguration as unknown,
    configurationVersion: 1,
    generation: 1,
    gpus: new Map<string, string>(),
    override: (() => null) as Override,
  };
  const seenKeys = new Set<string>();
  const polls = new Set<() => void>();
  const uuid = (part: number): string =>
    `00000000-0000-7000-8000-${String(state.generation * 1000 + part).padStart(12, '0')}`;
  const nodeId = (): string => uuid(1);
  const sensorId = (): string => uuid(2);

  const answer = (
    response: ServerResponse,
    status: number,
    body: unknown,
    headers: Record<string, string> = {},
  ): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
  const node = (body: RegisterNode) => ({
    ...{
      id: nodeId(),
      name: body.name,
      cluster_id: body.cluster_id ?? 'default',
      ip_address: null,
      kubernetes_version: null,
    },
    ...{ kernel_version: body.kernel_version ?? null, operating_system: body.operating_system ?? null },
    ...{
      architecture: body.architecture ?? null,
      labels: {},
      status: 'online',
      gpu_count: 0,
      sensor_count: 1,
    },
    ...{ registered_by: 'test', last_seen_at: at, created_at: at, updated_at: at },
  });
  const sensor = (body: RegisterSensor) => ({
    ...{
      id: sensorId(),
      node_id: body.node_id,
      name: body.name,
      sensor_type: 'gpu',
      version: body.version,
      capabilities: [],
    },
    ...{
      status: 'online',
      health: null,
      health_detail: null,
      spooled_records: 0,
      reported_configuration_version: null,
    },
    ...{
      configuration: state.configuration,
      configuration_version: state.configurationVersion,
      registered_by: 'test',
    },
    ...{ last_heartbeat_at: null, created_at: at, updated_at: at },
  });
  const gpu = (body: RegisterGpu) => {
    const id = state.gpus.get(body.uuid) ?? uuid(100 + state.gpus.size);
    state.gpus.set(body.uuid, id);
    const nullable = { compute_capability: null, driver_version: null, vbios_version: null };
    return { ...nullable, ...body, id, node_id: nodeId(), created_at: at, updated_at: at };
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '/', 'http://fake');
    const method = request.method ?? '';
    const path = url.pathname;
    const key = request.headers['idempotency-key']?.toString();
    const body = await readBody(request);
    const one: Received = { method, path, body, key };
    const overridden = state.override(one);
    if (overridden !== null)
      return answer(response, overridden.status, overridden.body ?? {}, overridden.headers);
    if (request.headers.authorization !== `Bearer ${apiKey}`)
      return answer(response, 401, { code: 'invalid_api_key' });
    const route = bodies.find(([pattern, verb]) => pattern.test(path) && verb === method);
    if (route === undefined) return answer(response, 404, { code: 'not_found' });
    if (!Value.Check(route[2], body)) {
      state.violations.push(
        `${method} ${path}: ${JSON.stringify(Value.Errors(route[2], body)).slice(0, 500)}`,
      );
      return answer(response, 422, { code: 'validation_failed' });
    }
    if (/sensors\/[^/]+\//.test(path) && !path.includes(sensorId()))
      return answer(response, 404, { code: 'not_found' });
    const configuration = {
      configuration_version: state.configurationVersion,
      configuration: state.configuration,
    };
    if (path.endsWith('/configuration')) {
      if (Number(url.searchParams.get('after_version')) >= state.configurationVersion) {
        await new Promise<void>((resolve) => {
          polls.add(resolve);
          response.once('close', resolve);
          setTimeout(resolve, Number(url.searchParams.get('wait_seconds')) * 1000).unref();
        });
      }
      if (response.destroyed) return;
      return answer(response, 200, {
        configuration_version: state.configurationVersion,
        configuration: state.configuration,
      });
    }
    const isRepeated = key !== undefined && seenKeys.has(key);
    if (key !== undefined) seenKeys.add(key);
    if (!isRepeated) state.received.push(one);
    if (Value.Check(RegisterNode, body) && path === '/api/v1/nodes') return answer(response, 201, node(body));
    if (Value.Check(RegisterSensor, body) && path === '/api/v1/sensors')
      return answer(response, 201, sensor(body));
    if (Value.Check(RegisterGpu, body) && path.endsWith('/gpus')) return answer(response, 201, gpu(body));
    if (path.endsWith('/heartbeat')) {
      const isCurrent =
        Value.Check(Heartbeat, body) && body.configuration_version === state.configurationVersion;
      const { configuration: _, ...short } = configuration;
      return answer(response, 200, { received_at: at, ...(isCurrent ? short : configuration) });
    }
    if (path.endsWith('/inventory')) return answer(response, 200, { baseline: true, drift: 0, events: 0 });
    return answer(response, 201, { accepted: 1, received_at: at });
  };

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      state.violations.push(String(error));
      response.destroy();
    });
  });
  let port = 0;
  return {
    state,
    apiKey,
    url: (): string => `http://127.0.0.1:${port}`,
    /** Listens on the port of the first start, so that a sensor finds it again. */
    start: async (): Promise<void> => {
      await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve));
      port = (server.address() as AddressInfo).port;
    },
    stop: (): Promise<void> =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
    /** A new configuration, answered to every request that waits for one. */
    configure: (configuration: unknown): void => {
      state.configuration = configuration;
      state.configurationVersion += 1;
      for (const poll of polls) poll();
      polls.clear();
    },
    /** As after a lost database: every id is another one. */
    forgetEverything: (): void => {
      state.generation += 1;
      state.gpus.clear();
    },
    /** Bodies of what was accepted at paths that end in `suffix`, in order. */
    bodiesOf: (suffix: string): unknown[] =>
      state.received.filter(({ path }) => path.endsWith(suffix)).map(({ body }) => body),
  };
};
export type FakeServer = ReturnType<typeof createFakeServer>;
