import {
  earliestTimestamp,
  isArchitecture,
  maxFutureMs,
  syscallName,
  type SyscallEventInput,
} from '@gpushield/contracts';

/** Why one event was not taken; the others of its batch are. */
export interface EventProblem {
  readonly code: 'invalid_event' | 'unknown_field' | 'timestamp_out_of_range';
  readonly message: string;
}

/** A checked event: its fields as they came, and what was made out of them. */
export interface CheckedEvent {
  readonly event: SyscallEventInput;
  readonly syscall: string;
  readonly occurredAtUs: number;
  /** Milliseconds since the epoch; null where it was not told. */
  readonly startedAtMs: number | null;
  readonly parentStartedAtMs: number | null;
}

type FieldCheck = (value: unknown) => string | undefined;

const integer =
  (minimum: number, maximum: number): FieldCheck =>
  (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= minimum && value <= maximum
      ? undefined
      : `must be an integer from ${String(minimum)} to ${String(maximum)}`;

// As `text()` of the contracts: no control characters other than tab and line break.
// eslint-disable-next-line no-control-regex
const control = /[\u0000-\u0008\u000B\u000C\u000E-\u001F]/;
const text =
  (maximum: number, minimum = 0): FieldCheck =>
  (value) => {
    if (typeof value !== 'string') return 'must be a text';
    if (value.length < minimum || value.length > maximum) {
      return `must have ${String(minimum)} to ${String(maximum)} characters`;
    }
    return control.test(value) || !value.isWellFormed() ? 'must not contain control characters' : undefined;
  };

const sha256 = /^[0-9a-f]{64}$/;
const maxArguments = 64;
const maxArgumentLength = 4096;
const argument = text(maxArgumentLength);
const maxMetadataFields = 128;
const maxId = 4_294_967_295;
const maxPid = 4_194_304;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Fields in the order of the contract's `SyscallEventInput`. */
const checks: Readonly<Record<string, FieldCheck>> = {
  id: text(128, 1),
  pid: integer(0, maxPid),
  syscall: (value) =>
    typeof value === 'number'
      ? integer(0, 4096)(value)
      : typeof value === 'string' && /^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(value)
        ? undefined
        : 'must be the name of a syscall or its number',
  timestamp: (value) => (typeof value === 'string' ? undefined : 'must be an RFC 3339 date-time'),
  arch: (value) => (isArchitecture(value) ? undefined : 'must be x86_64, i386 or aarch64'),
  tid: integer(0, maxPid),
  ppid: integer(0, maxPid),
  process_started_at: (value) => (typeof value === 'string' ? undefined : 'must be an RFC 3339 date-time'),
  parent_started_at: (value) => (typeof value === 'string' ? undefined : 'must be an RFC 3339 date-time'),
  return_value: integer(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
  command: text(256),
  executable: text(4096),
  executable_sha256: (value) =>
    typeof value === 'string' && sha256.test(value) ? undefined : 'must be 64 lower-case hex digits',
  arguments: (value) =>
    Array.isArray(value) && value.length <= maxArguments
      ? value.map(argument).find((problem) => problem !== undefined)
      : `must be a list of up to ${String(maxArguments)} texts`,
  user_id: integer(0, maxId),
  effective_user_id: integer(0, maxId),
  user_name: text(64),
  container_id: text(128),
  image: text(512),
  pod: text(253),
  namespace: text(253),
  job_id: text(128),
  metadata: (value) =>
    isObject(value) && Object.keys(value).length <= maxMetadataFields
      ? undefined
      : `must be an object of up to ${String(maxMetadataFields)} fields`,
};

const required = ['pid', 'syscall', 'timestamp'] as const;
const earliestUs = Date.parse(earliestTimestamp) * 1000;

const invalid = (field: string, message: string): EventProblem => ({
  code: 'invalid_event',
  message: `${field} ${message}`,
});

export const isProblem = (checked: CheckedEvent | EventProblem): checked is EventProblem => 'code' in checked;

/** True where every field is what the contract says; answers the problem otherwise. */
const problemOf = (raw: Readonly<Record<string, unknown>>): EventProblem | undefined => {
  for (const name of required) if (raw[name] === undefined) return invalid(name, 'is required');
  for (const name of Object.keys(raw)) {
    const check = Object.hasOwn(checks, name) ? checks[name] : undefined;
    if (check === undefined) {
      return { code: 'unknown_field', message: `${name.slice(0, 64)} is not a known field` };
    }
    const problem = check(raw[name]);
    if (problem !== undefined) return invalid(name, problem);
  }
  return undefined;
};

const nameOf = ({ syscall, arch = 'x86_64' }: SyscallEventInput): string => {
  if (typeof syscall === 'number') return syscallName(syscall, arch);
  const name = syscall.toLowerCase();
  // The kernel's own spelling.
  return name.startsWith('sys_') && !/^sys_\d/.test(name) ? name.slice(4) : name;
};

export interface CheckTimes {
  readonly nowMs: number;
  /** See `createTimeParser`. */
  readonly parse: (text: string) => number;
}

/** Checks one item of a batch. What it answers holds on every replica alike, the clock aside. */
export const checkEvent = (raw: unknown, { nowMs, parse }: CheckTimes): CheckedEvent | EventProblem => {
  if (!isObject(raw)) return invalid('event', 'must be an object');
  const problem = problemOf(raw);
  if (problem !== undefined) return problem;
  const event = raw as SyscallEventInput;
  const occurredAtUs = parse(event.timestamp);
  if (Number.isNaN(occurredAtUs)) return invalid('timestamp', 'must be an RFC 3339 date-time');
  if (occurredAtUs < earliestUs) {
    return { code: 'timestamp_out_of_range', message: `timestamp is before ${earliestTimestamp}` };
  }
  if (occurredAtUs > (nowMs + maxFutureMs) * 1000) {
    const ahead = `timestamp is more than ${String(maxFutureMs / 1000)} s ahead of the server's clock`;
    return { code: 'timestamp_out_of_range', message: ahead };
  }
  const startedAtMs = startOf(event.process_started_at, parse);
  const parentStartedAtMs = startOf(event.parent_started_at, parse);
  if (isNotATime(startedAtMs)) return invalid('process_started_at', 'must be an RFC 3339 date-time');
  if (isNotATime(parentStartedAtMs)) return invalid('parent_started_at', 'must be an RFC 3339 date-time');
  return { event, syscall: nameOf(event), occurredAtUs, startedAtMs, parentStartedAtMs };
};

const startOf = (text: string | undefined, parse: (text: string) => number): number | null =>
  text === undefined ? null : Math.floor(parse(text) / 1000);
const isNotATime = (ms: number | null): boolean => ms !== null && Number.isNaN(ms);
