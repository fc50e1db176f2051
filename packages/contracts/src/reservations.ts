import { Type, type Static } from 'typebox';
import { Timestamp, Uuid, nullable, text } from './common.ts';

/** Where a job is in its life. The last three are final and never change. */
export const jobStatuses = [
  'pending',
  'queued',
  'preparing',
  'active',
  'expired',
  'cancelled',
  'failed',
] as const;
export type JobStatus = (typeof jobStatuses)[number];
export const finalJobStatuses = ['expired', 'cancelled', 'failed'] as const satisfies readonly JobStatus[];
export const JobStatus = Type.Enum([...jobStatuses]);

/** Names of disks, as seed 2 has them: nothing that means something in a path. */
export const DiskName = Type.String({ minLength: 1, maxLength: 50, pattern: '^[A-Za-z0-9_-]+$' });
/** A GPU or CPU type of the operator's table, in whatever case. */
export const GpuTypeName = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
});
/** GitHub's own rule for user names. */
export const GithubUsername = Type.String({
  minLength: 1,
  maxLength: 39,
  pattern: '^[A-Za-z0-9](?:[A-Za-z0-9]|-(?=[A-Za-z0-9])){0,38}$',
});
export const sshPublicKeyPattern =
  '^(?:ssh-|ecdsa-|sk-)[a-z0-9@.-]+ [A-Za-z0-9+/]+={0,3}(?: [^\\u0000-\\u001F]*)?$';
/** One public key in OpenSSH's form: type, base64, comment. */
export const SshPublicKey = Type.String({
  minLength: 32,
  maxLength: 8192,
  pattern: sshPublicKeyPattern,
});
const SshKeys = Type.Array(SshPublicKey, { minItems: 1, maxItems: 20, description: 'OpenSSH public keys' });

/** Longest life that a request may ask for, in hours; the operator's own limits are below. */
export const maxDurationHours = 72;
export const maxEnvironmentVariables = 256;

const EnvironmentVariables = Type.Record(
  Type.String({ pattern: '^[A-Za-z_][A-Za-z0-9_]{0,127}$' }),
  Type.Union([Type.String({ maxLength: 32_768, pattern: '^[^\\u0000]*$' }), Type.Number(), Type.Boolean()]),
  {
    additionalProperties: false,
    maxProperties: maxEnvironmentVariables,
    description: `At most ${String(maxEnvironmentVariables)}. What old clients send here is honoured: GPU_TYPE, GPU_COUNT, GITHUB_USER, JUPYTER_ENABLED, …`,
  },
);

export const SubmitJob = Type.Object(
  {
    instance_type: Type.String({
      minLength: 1,
      maxLength: 64,
      pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$',
      description: 'An instance type of the table (p5.48xlarge), or a GPU type (h100)',
    }),
    image: Type.Optional(
      Type.String({ minLength: 1, maxLength: 512, pattern: '^[a-zA-Z0-9][a-zA-Z0-9._/:@-]*$' }),
    ),
    dockerfile: Type.Optional(text(65_536, 1)),
    duration_hours: Type.Optional(
      Type.Number({
        exclusiveMinimum: 0,
        maximum: maxDurationHours,
        description: '1 unless told; 0.25 is 15 minutes',
      }),
    ),
    disk_name: Type.Optional(nullable(DiskName)),
    disk_size_gb: Type.Optional(nullable(Type.Integer({ minimum: 10, maximum: 10_000 }))),
    env_vars: Type.Optional(EnvironmentVariables),
    command: Type.Optional(nullable(text(32_768, 1))),
    gpu_type: Type.Optional(GpuTypeName),
    gpu_count: Type.Optional(Type.Integer({ minimum: 0, maximum: 1024, description: 'On each node' })),
    nodes: Type.Optional(Type.Integer({ minimum: 1, maximum: 64, description: 'All of them or none start' })),
    name: Type.Optional(text(100, 1)),
    jupyter_enabled: Type.Optional(Type.Boolean()),
    github_user: Type.Optional(GithubUsername),
    ssh_keys: Type.Optional(SshKeys),
    profile: Type.Optional(
      Type.Enum(['restricted', 'profiling'], {
        description:
          'profiling lets GPU profilers read counters; audited, and only where the operator allows it',
      }),
    ),
    dry_run: Type.Optional(Type.Boolean({ description: 'Answer what would happen; nothing is written' })),
  },
  { additionalProperties: false },
);
export type SubmitJob = Static<typeof SubmitJob>;

/** One fact that an estimate stands on, or one obstacle. */
export const EstimateReason = Type.Object({
  code: Type.Enum([
    'free_now',
    'waits_for_job',
    'fragmentation',
    'whole_nodes',
    'ahead_in_queue',
    'quota',
    'maintenance',
    'disk_in_use',
    'no_capacity',
    'start_up',
  ]),
  message: Type.String(),
  job_id: Type.Optional(Uuid),
  at: Type.Optional(Timestamp),
});
export type EstimateReason = Static<typeof EstimateReason>;
export const StartEstimate = Type.Object({
  start_time: nullable(Timestamp),
  wait_seconds: nullable(Type.Integer()),
  queue_position: nullable(Type.Integer({ description: 'From 1, among the jobs of the same type' })),
  gpu_hours: Type.Number({ description: 'What the whole duration would use' }),
  reasons: Type.Array(EstimateReason, { description: 'At most 20' }),
});
export type StartEstimate = Static<typeof StartEstimate>;

export const SubmittedJob = Type.Object({
  job_id: nullable(Uuid),
  status: Type.Enum(['queued', 'dry_run']),
  message: Type.String(),
  estimated_start_time: nullable(Timestamp),
  estimate: StartEstimate,
});
export type SubmittedJob = Static<typeof SubmittedJob>;

export const JobEvent = Type.Object({
  at: Timestamp,
  kind: Type.String({ description: 'status, warning, extended, jupyter, user, oom, progress, idle' }),
  status: nullable(JobStatus),
  message: Type.String(),
});
export type JobEvent = Static<typeof JobEvent>;

export const JobPlacement = Type.Object({
  rank: Type.Integer(),
  node: Type.String(),
  pod_name: nullable(Type.String()),
  gpu_ids: Type.Array(Type.String()),
  host: nullable(Type.String()),
  ssh_port: nullable(Type.Integer()),
});
export type JobPlacement = Static<typeof JobPlacement>;

const jobFields = {
  job_id: Uuid,
  reservation_id: Uuid,
  user_id: Type.String({ description: 'The username, as seed 2 has it' }),
  status: JobStatus,
  gpu_type: Type.String(),
  gpu_count: Type.Integer({ description: 'On each node' }),
  nodes: Type.Integer(),
  instance_type: Type.String(),
  image: nullable(Type.String()),
  duration_hours: Type.Number(),
  disk_name: nullable(Type.String()),
  created_at: Timestamp,
  started_at: nullable(Timestamp),
  expires_at: nullable(Timestamp),
  ended_at: nullable(Timestamp),
  name: nullable(Type.String()),
  node: nullable(Type.String()),
  status_detail: nullable(Type.String({ description: 'Why it is where it is, in words' })),
  queue_position: nullable(Type.Integer()),
  estimated_start_time: nullable(Timestamp),
  exit_code: nullable(Type.Integer()),
  gpu_hours: Type.Number({ description: 'Used so far' }),
};

/** A job in a list. */
export const JobSummary = Type.Object(jobFields);
export type JobSummary = Static<typeof JobSummary>;

export const JobDetail = Type.Object({
  ...jobFields,
  pod_name: nullable(Type.String()),
  node_ip: nullable(Type.String()),
  node_port: nullable(Type.Integer()),
  ssh_command: nullable(Type.String()),
  jupyter_enabled: Type.Boolean(),
  jupyter_url: nullable(Type.String()),
  jupyter_token: nullable(Type.String({ description: 'For the owner alone' })),
  jupyter_error: nullable(Type.String()),
  github_user: nullable(Type.String()),
  extra_users: Type.Array(Type.String()),
  gpu_ids: Type.Array(Type.String()),
  placements: Type.Array(JobPlacement),
  estimate: nullable(StartEstimate),
  history: Type.Array(JobEvent, { description: 'Newest 200, oldest first' }),
  warnings: Type.Array(Type.String()),
  oom_count: Type.Integer(),
  last_oom_at: nullable(Timestamp),
  terminal_url: nullable(Type.String({ description: 'WebSocket path of the terminal' })),
  risk: nullable(
    Type.Object(
      { score: Type.Number(), level: Type.String() },
      { description: 'Of its most dangerous process now; null where nothing watches the job' },
    ),
  ),
});
export type JobDetail = Static<typeof JobDetail>;

export const JobList = Type.Object({
  jobs: Type.Array(JobSummary),
  total: Type.Integer(),
  limit: Type.Integer(),
  offset: Type.Integer(),
});
export type JobList = Static<typeof JobList>;

export const ExtendJob = Type.Object(
  { extension_hours: Type.Number({ exclusiveMinimum: 0, maximum: maxDurationHours }) },
  { additionalProperties: false },
);
/** Whose keys may log in too: GitHub's of that user, or keys given directly. */
export const AddJobUser = Type.Object(
  {
    github_username: Type.Optional(GithubUsername),
    username: Type.Optional(text(64, 1)),
    ssh_keys: Type.Optional(SshKeys),
  },
  { additionalProperties: false, minProperties: 1 },
);
export type AddJobUser = Static<typeof AddJobUser>;

export const jobActions = [
  'cancel',
  'extend',
  'enable_jupyter',
  'disable_jupyter',
  'add_user',
  'set_priority',
] as const;
export const JobAction = Type.Object({
  job_id: Uuid,
  action: Type.Enum([...jobActions]),
  status: Type.Literal('requested'),
  message: Type.String(),
  expires_at: nullable(Timestamp),
});
export type JobAction = Static<typeof JobAction>;

export const JobLogs = Type.Object({
  job_id: Uuid,
  rank: Type.Integer(),
  text: Type.String({ description: 'The last lines, at most 1 MiB' }),
  truncated: Type.Boolean(),
  kept: Type.Boolean({ description: 'True: what was kept after the end' }),
});
export type JobLogs = Static<typeof JobLogs>;

/** Everything about a job for somebody who asks why it does not work. */
export const JobDebug = Type.Object({
  job: JobDetail,
  runtime: Type.String(),
  workload: nullable(Type.Record(Type.String(), Type.Unknown())),
  messages: Type.Array(Type.String()),
  logs: Type.String(),
});
export type JobDebug = Static<typeof JobDebug>;

export const TypeAvailability = Type.Object({
  gpu_type: Type.String(),
  total: Type.Integer(),
  available: Type.Integer({ description: 'Free on nodes that take jobs' }),
  in_use: Type.Integer(),
  queued: Type.Integer({ description: 'GPUs (slots, for CPU types) that waiting jobs ask for' }),
  max_per_node: Type.Integer(),
  largest_free: Type.Integer({ description: 'The most that one job gets on one node right now' }),
  free_whole_nodes: Type.Integer(),
  unavailable: Type.Integer({ description: 'On cordoned, unready or maintained nodes' }),
});
export type TypeAvailability = Static<typeof TypeAvailability>;
export const Availability = Type.Object({
  availability: Type.Record(Type.String(), TypeAvailability),
  timestamp: Timestamp,
  as_of: Timestamp,
  stale: Type.Boolean({ description: 'The cluster does not answer: this is what it said last' }),
});
export type Availability = Static<typeof Availability>;

export const ClusterStatus = Type.Object({
  total_gpus: Type.Integer(),
  available_gpus: Type.Integer(),
  in_use_gpus: Type.Integer(),
  queued_gpus: Type.Integer(),
  active_reservations: Type.Integer(),
  preparing_reservations: Type.Integer(),
  queued_reservations: Type.Integer(),
  pending_reservations: Type.Integer(),
  by_gpu_type: Type.Record(Type.String(), TypeAvailability),
  timestamp: Timestamp,
  runtime: Type.String(),
  stale: Type.Boolean(),
});
export type ClusterStatus = Static<typeof ClusterStatus>;

/**
 * `GET /v1/jobs/{id}/terminal?rank=0&cols=80&rows=24` upgrades to a WebSocket. Binary frames are the terminal's bytes,
 * both ways; text frames are JSON: `resize` from the client, `exit` and `error` from the server, after which it closes.
 * The credential is the Authorization header, or (browsers) the subprotocols `gpushield.terminal` and
 * `gpushield.bearer.<credential>`.
 */
export const terminalProtocol = 'gpushield.terminal';
export const terminalBearerPrefix = 'gpushield.bearer.';
export const TerminalClientMessage = Type.Object(
  {
    type: Type.Literal('resize'),
    cols: Type.Integer({ minimum: 1, maximum: 1000 }),
    rows: Type.Integer({ minimum: 1, maximum: 1000 }),
  },
  { additionalProperties: false },
);
export type TerminalClientMessage = Static<typeof TerminalClientMessage>;
export const TerminalServerMessage = Type.Union([
  Type.Object({ type: Type.Literal('exit'), code: nullable(Type.Integer()) }),
  Type.Object({ type: Type.Literal('error'), message: Type.String() }),
]);
export type TerminalServerMessage = Static<typeof TerminalServerMessage>;
