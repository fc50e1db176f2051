import { Inventory, SecurityEventInput, TelemetryInput } from '@gpushield/contracts';
import { Type, type Static } from 'typebox';
import { Value } from 'typebox/value';
import type { Identity } from '../identity.ts';
import type { Batch } from './batch.ts';

/**
 * Spooled records name things by what the node knows (the GPU's own UUID or PCI address): the server's ids may not be
 * known yet, or change when a server forgets the sensor. They are put in when a batch is sent.
 */
export const SpooledSample = Type.Object({
  gpu: Type.String(),
  timestamp: Type.String(),
  metrics: TelemetryInput.properties.metrics,
});
export type SpooledSample = Static<typeof SpooledSample>;
export const SpooledEvent = Type.Object({
  gpu_device: Type.Union([Type.String(), Type.Null()]),
  event: Type.Omit(SecurityEventInput, ['node_id', 'sensor_id', 'gpu_id']),
});
export type SpooledEvent = Static<typeof SpooledEvent>;

const Samples = Type.Array(SpooledSample, { minItems: 1 });
const Events = Type.Array(SpooledEvent, { minItems: 1 });

export type Delivery =
  | {
      readonly kind: 'request';
      readonly method: 'POST' | 'PUT';
      readonly path: string;
      readonly body: unknown;
    }
  | { readonly kind: 'unknown_gpu'; readonly gpu: string }
  | { readonly kind: 'invalid' };

const telemetry = (payloads: readonly unknown[], identity: Identity): Delivery => {
  const ids = new Map(identity.gpus.map(({ uuid, id }) => [uuid, id]));
  const records: TelemetryInput[] = [];
  for (const payload of payloads) {
    if (!Value.Check(Samples, payload)) return { kind: 'invalid' };
    for (const { gpu, timestamp, metrics } of payload) {
      const id = ids.get(gpu);
      if (id === undefined) return { kind: 'unknown_gpu', gpu };
      records.push({ gpu_id: id, sensor_id: identity.sensor_id, timestamp, metrics });
    }
  }
  return { kind: 'request', method: 'POST', path: '/api/v1/telemetry/records/bulk', body: { records } };
};

const events = (payload: unknown, identity: Identity): Delivery => {
  if (!Value.Check(Events, payload)) return { kind: 'invalid' };
  const records = payload.map(({ gpu_device, event }) => ({
    node_id: identity.node_id,
    sensor_id: identity.sensor_id,
    gpu_id: identity.gpus.find(({ device_id }) => device_id === gpu_device)?.id ?? null,
    ...event,
  }));
  return { kind: 'request', method: 'POST', path: '/api/v1/security-events', body: { records } };
};

/** The request that delivers a batch for this identity. */
export const toDelivery = (batch: Batch, identity: Identity): Delivery => {
  const [first] = batch.entries;
  if (first === undefined) return { kind: 'invalid' };
  if (first.kind === 'telemetry')
    return telemetry(
      batch.entries.map(({ payload }) => payload),
      identity,
    );
  if (first.kind === 'events') return events(first.payload, identity);
  if (!Value.Check(Inventory, first.payload)) return { kind: 'invalid' };
  const path = `/api/v1/sensors/${identity.sensor_id}/inventory`;
  return { kind: 'request', method: 'PUT', path, body: first.payload };
};
