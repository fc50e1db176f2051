import {
  Gpu,
  Node,
  Sensor,
  type Heartbeat,
  type RegisterGpu,
  type RegisterNode,
  type RegisterSensor,
} from '@gpushield/contracts';
import { Type, type Static, type TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { requestTimeoutMs, type ApiClient, type ApiRequest, type ApiResult } from './client.ts';

/** An answer of the expected shape, or what went wrong with the request. */
export type Answer<T> = { readonly kind: 'ok'; readonly value: T } | Exclude<ApiResult, { kind: 'ok' }>;

/** How long the server may hold a configuration request open. */
export const longPollSeconds = 25;

/** An answer that carries a configuration; whether that one is valid is judged where it is applied. */
const CarriesConfiguration = Type.Object({
  configuration_version: Type.Integer({ minimum: 0 }),
  configuration: Type.Optional(Type.Unknown()),
});
export type CarriesConfiguration = Static<typeof CarriesConfiguration>;

const call = async <T extends TSchema>(
  client: ApiClient,
  schema: T,
  request: ApiRequest,
): Promise<Answer<Static<T>>> => {
  const result = await client(request);
  if (result.kind !== 'ok') return result;
  if (Value.Check(schema, result.body)) return { kind: 'ok', value: result.body };
  return {
    kind: 'retry',
    reason: `${request.method} ${request.path}: the answer has an unknown form`,
    retryAfterMs: 0,
  };
};

/** The server's operations that need an answer; deliveries go through the spool's sender. */
export const createApi = ({ client, uuid }: { client: ApiClient; uuid: () => string }) => ({
  registerNode: (body: RegisterNode, signal: AbortSignal) =>
    call(client, Node, { method: 'POST', path: '/api/v1/nodes', body, idempotencyKey: uuid(), signal }),
  registerGpu: (nodeId: string, body: RegisterGpu, signal: AbortSignal) =>
    call(client, Gpu, {
      method: 'POST',
      path: `/api/v1/nodes/${nodeId}/gpus`,
      body,
      idempotencyKey: uuid(),
      signal,
    }),
  registerSensor: (body: RegisterSensor, signal: AbortSignal) =>
    call(client, Sensor, { method: 'POST', path: '/api/v1/sensors', body, idempotencyKey: uuid(), signal }),
  heartbeat: (sensorId: string, body: Heartbeat, signal: AbortSignal) =>
    call(client, CarriesConfiguration, {
      method: 'POST',
      path: `/api/v1/sensors/${sensorId}/heartbeat`,
      body,
      signal,
    }),
  configuration: (sensorId: string, afterVersion: number, signal: AbortSignal) =>
    call(client, CarriesConfiguration, {
      method: 'GET',
      path: `/api/v1/sensors/${sensorId}/configuration?after_version=${afterVersion}&wait_seconds=${longPollSeconds}`,
      timeoutMs: longPollSeconds * 1000 + requestTimeoutMs,
      signal,
    }),
});
export type Api = ReturnType<typeof createApi>;
