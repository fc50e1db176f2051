import { Type, type Static } from 'typebox';
import { PageQuery, Timestamp, Uuid, nullable, text } from './common.ts';

export const maxEventsPerRequest = 10_000;
export const maxEventsBodyBytes = 16 * 1024 * 1024;

/**
 * One syscall as agents report it: `pid`, `syscall` and `timestamp` are needed, the rest is taken where it is known. Items
 * are checked one by one: a bad one is answered `error`, and the others are stored.
 */
export const SyscallEventInput = Type.Object(
  {
    id: Type.Optional(Type.String({ maxLength: 128, description: "The agent's own id of the event" })),
    pid: Type.Integer({ minimum: 0, maximum: 4_194_304 }),
    syscall: Type.Union(
      [Type.String({ minLength: 1, maxLength: 64 }), Type.Integer({ minimum: 0, maximum: 4096 })],
      {
        description: 'Name, or number of the architecture `arch`',
      },
    ),
    timestamp: Timestamp,
    arch: Type.Optional(Type.Enum(['x86_64', 'i386', 'aarch64'], { default: 'x86_64' })),
    tid: Type.Optional(Type.Integer({ minimum: 0 })),
    ppid: Type.Optional(Type.Integer({ minimum: 0 })),
    process_started_at: Type.Optional(Timestamp),
    parent_started_at: Type.Optional(Timestamp),
    return_value: Type.Optional(Type.Integer()),
    command: Type.Optional(text(256)),
    executable: Type.Optional(text(4096)),
    executable_sha256: Type.Optional(Type.String({ pattern: '^[0-9a-f]{64}$' })),
    arguments: Type.Optional(Type.Array(text(4096), { maxItems: 64 })),
    user_id: Type.Optional(Type.Integer({ minimum: 0 })),
    effective_user_id: Type.Optional(Type.Integer({ minimum: 0 })),
    user_name: Type.Optional(text(64)),
    container_id: Type.Optional(text(128)),
    image: Type.Optional(text(512)),
    pod: Type.Optional(text(253)),
    namespace: Type.Optional(text(253)),
    job_id: Type.Optional(text(128)),
    metadata: Type.Optional(
      Type.Record(Type.String(), Type.Unknown(), {
        description:
          "The syscall's own arguments (path, fd, flags, address, port, request, …) and anything else",
      }),
    ),
  },
  { additionalProperties: false },
);
export type SyscallEventInput = Static<typeof SyscallEventInput>;

export const EventResult = Type.Object({
  id: nullable(Uuid),
  status: Type.Enum(['accepted', 'duplicate', 'error']),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
});
export const EventsAccepted = Type.Object({
  accepted: Type.Integer(),
  duplicates: Type.Integer(),
  errors: Type.Integer(),
  results: Type.Array(EventResult),
});

export const SyscallEvent = Type.Object({
  id: Uuid,
  agent_id: Type.String(),
  process_id: Type.String(),
  pid: Type.Integer(),
  timestamp: Timestamp,
  received_at: Timestamp,
  syscall: Type.String(),
  fields: Type.Record(Type.String(), Type.Unknown()),
  metadata: Type.Record(Type.String(), Type.Unknown()),
});

export const Process = Type.Object({
  process_id: Type.String({ description: '`agent:pid`, or `agent:pid:start` where the start was told' }),
  agent_id: Type.String(),
  pid: Type.Integer(),
  started_at: nullable(Timestamp),
  parent_process_id: nullable(Type.String()),
  command: nullable(Type.String()),
  executable: nullable(Type.String()),
  executable_sha256: nullable(Type.String()),
  user_id: nullable(Type.Integer()),
  user_name: nullable(Type.String()),
  container_id: nullable(Type.String()),
  image: nullable(Type.String()),
  pod: nullable(Type.String()),
  namespace: nullable(Type.String()),
  job_id: nullable(Type.String()),
  node_id: nullable(Uuid),
  workload: nullable(Type.String()),
  event_count: Type.Integer(),
  risk_score: Type.Number({ minimum: 0, maximum: 100, description: 'Now: it falls with time' }),
  first_seen_at: Timestamp,
  last_seen_at: Timestamp,
});

export const ScoreContribution = Type.Object({
  rule: Type.String(),
  title: Type.String(),
  technique: nullable(Type.String({ description: 'MITRE ATT&CK' })),
  tactic: nullable(Type.String()),
  weight: Type.Number({ description: '0 to 100, when it happened' }),
  decayed_weight: Type.Number({ description: '0 to 100, now' }),
  timestamp: Timestamp,
  event_id: nullable(Uuid),
});
export const Score = Type.Object({
  process_id: Type.String(),
  agent_id: Type.String(),
  pid: Type.Integer(),
  command: nullable(Type.String()),
  executable: nullable(Type.String()),
  job_id: nullable(Type.String()),
  risk_score: Type.Number({ minimum: 0, maximum: 100 }),
  contributions: Type.Array(ScoreContribution),
  half_life_seconds: Type.Number(),
  updated_at: Timestamp,
});
export const ScoreQuery = Type.Object(
  {
    risk_min: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    risk_max: Type.Optional(Type.Number({ minimum: 0, maximum: 100 })),
    agent_id: Type.Optional(text(128, 1)),
    process_id: Type.Optional(text(200, 1)),
    job_id: Type.Optional(text(128, 1)),
    since: Type.Optional(Timestamp),
    ...PageQuery,
  },
  { additionalProperties: false },
);
