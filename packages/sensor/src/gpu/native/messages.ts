import { Type, type Static } from 'typebox';

/** What the sensor asks its probe process. */
export const Question = Type.Object({ id: Type.Integer(), ask: Type.Enum(['discover', 'sample']) });
export type Question = Static<typeof Question>;

const text = (maxLength: number) => Type.Union([Type.String({ maxLength }), Type.Null()]);
const Gpu = Type.Object({
  vendor: Type.Enum(['nvidia', 'amd', 'intel']),
  model: Type.String({ minLength: 1, maxLength: 128 }),
  device_id: Type.String({ minLength: 1, maxLength: 64 }),
  uuid: Type.String({ minLength: 1, maxLength: 96, pattern: '^[A-Za-z0-9._:-]+$' }),
  memory_total: Type.Integer({ minimum: 0, maximum: 16_777_216 }),
  driver_version: Type.Optional(text(64)),
  vbios_version: Type.Optional(text(64)),
  compute_capability: Type.Optional(text(16)),
});
const Sample = Type.Object({ uuid: Type.String(), metrics: Type.Record(Type.String(), Type.Number()) });
const Fault = Type.Object({
  xid: Type.Integer({ minimum: 0, maximum: 65_535 }),
  deviceId: Type.Union([Type.String(), Type.Null()]),
});

/** What the probe process says. `absent`: the vendor's library is not on this machine, or does not come up. */
export const ProbeMessage = Type.Union([
  Type.Object({ kind: Type.Literal('ready'), library: Type.String() }),
  Type.Object({ kind: Type.Literal('absent'), problem: Type.Union([Type.String(), Type.Null()]) }),
  Type.Object({ kind: Type.Literal('gpus'), id: Type.Integer(), gpus: Type.Array(Gpu, { maxItems: 512 }) }),
  Type.Object({
    kind: Type.Literal('samples'),
    id: Type.Integer(),
    samples: Type.Array(Sample, { maxItems: 512 }),
  }),
  Type.Object({ kind: Type.Literal('faults'), faults: Type.Array(Fault, { maxItems: 64 }) }),
]);
export type ProbeMessage = Static<typeof ProbeMessage>;
