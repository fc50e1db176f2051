import { Type, type Static } from 'typebox';
import { AgentId } from './agents.ts';
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

/** Items are checked one by one (`SyscallEventInput`): a bad one is answered as an error, the others are stored. */
export const SyscallEventBatch = Type.Object(
  {
    agent_id: Type.Optional(AgentId),
    events: Type.Array(Type.Unknown(), {
      minItems: 1,
      maxItems: maxEventsPerRequest,
      description: 'Each as SyscallEventInput',
    }),
  },
  { additionalProperties: false },
);

export const EventResult = Type.Object({
  id: nullable(Uuid),
  status: Type.Enum(['accepted', 'duplicate', 'error']),
  error: Type.Optional(Type.Object({ code: Type.String(), message: Type.String() })),
});
export const EventsAccepted = Type.Object({
  accepted: Type.Integer(),
  duplicates: Type.Integer(),
  errors: Type.Integer(),
  results: Type.Array(EventResult, { description: 'One for each event, in their order' }),
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
  alert_id: nullable(Uuid),
  first_seen_at: Timestamp,
  last_seen_at: Timestamp,
  created_at: Timestamp,
});
export type Process = Static<typeof Process>;

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
  alert_id: nullable(Uuid),
  updated_at: Timestamp,
});
export type Score = Static<typeof Score>;
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

/** The score at one moment at which it changed; between changes it halves every half-life. */
export const ScorePoint = Type.Object({
  timestamp: Timestamp,
  risk_score: Type.Number(),
  cause: Type.Enum(['events', 'decay', 'recalculation']),
});
export const ProcessQuery = Type.Object(
  {
    agent_id: Type.Optional(text(128, 1)),
    job_id: Type.Optional(text(128, 1)),
    parent_process_id: Type.Optional(text(200, 1)),
    ...PageQuery,
  },
  { additionalProperties: false },
);
export const EventQuery = Type.Object(
  {
    agent_id: Type.Optional(text(128, 1)),
    process_id: Type.Optional(text(200, 1)),
    syscall: Type.Optional(text(64, 1)),
    since: Type.Optional(Timestamp),
    until: Type.Optional(Timestamp),
    ...PageQuery,
  },
  { additionalProperties: false },
);
export type EventQuery = Static<typeof EventQuery>;
export const ProcessTree = Type.Object({
  process_id: Type.String(),
  ancestors: Type.Array(Process, { description: 'The parent first; at most 32' }),
  process: Process,
  descendants: Type.Array(Process, { description: 'Parents before their children; at most 500' }),
  truncated: Type.Boolean({ description: 'There are more descendants' }),
});

export const Recalculation = Type.Object({
  id: Uuid,
  status: Type.Enum(['reading', 'replacing', 'succeeded', 'cancelled']),
  rules_version: Type.String(),
  progress: Type.Number({ minimum: 0, maximum: 1 }),
  events_done: Type.Integer(),
  processes_done: Type.Integer(),
  started_by: Type.String(),
  created_at: Timestamp,
  updated_at: Timestamp,
  finished_at: nullable(Timestamp),
});
export type Recalculation = Static<typeof Recalculation>;

export const ScoringRule = Type.Object({
  id: Type.String(),
  title: Type.String(),
  description: Type.String(),
  technique: nullable(Type.String()),
  tactic: nullable(Type.String()),
  weight: Type.Number(),
  cap: Type.Integer(),
  kind: Type.Enum(['event', 'sequence']),
  file: Type.String(),
});
export const ScoringRules = Type.Object({
  version: Type.String(),
  half_life_seconds: Type.Number(),
  problems: Type.Array(Type.String(), {
    description: 'What is wrong with the files as they are now; the rules before them stay in force',
  }),
  data: Type.Array(ScoringRule),
});

/** From which risk an endpoint is told, and of whose processes. */
export const RiskSubscriptionInput = Type.Object(
  {
    threshold: Type.Number({ minimum: 1, maximum: 100 }),
    hysteresis: Type.Optional(
      Type.Number({
        minimum: 0,
        maximum: 99,
        description: 'Below the threshold by this much it is down again; 5',
      }),
    ),
    agent_id: Type.Optional(nullable(AgentId)),
  },
  { additionalProperties: false },
);
export const RiskSubscription = Type.Object({
  endpoint_id: Uuid,
  threshold: Type.Number(),
  hysteresis: Type.Number(),
  agent_id: nullable(Type.String()),
  updated_at: Timestamp,
});

const behaviourFields = {
  id: Uuid,
  workload: Type.String({ description: 'Image, else command' }),
  status: Type.Enum(['learning', 'frozen']),
  version: Type.Integer(),
  sequences: Type.Integer(),
  syscalls: Type.Integer(),
  created_at: Timestamp,
  updated_at: Timestamp,
};
export const BehaviourBaseline = Type.Object(behaviourFields);
export type BehaviourBaseline = Static<typeof BehaviourBaseline>;
export const BehaviourModel = Type.Object({
  ...behaviourFields,
  model: Type.Object({
    order: Type.Integer(),
    symbols: Type.Array(Type.String()),
    contexts: Type.Record(Type.String(), Type.Array(Type.Integer()), {
      description: 'Context (numbers of symbols, oldest first) → symbol, count, symbol, count …',
    }),
  }),
  surprises: Type.Array(Type.Integer(), { description: 'Sequences by surprise, in bins of 0.05 nats' }),
});
