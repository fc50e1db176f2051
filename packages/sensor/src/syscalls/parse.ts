import {
  commandBytes,
  execSyscalls,
  headerFields,
  numbersOf,
  syscallOf,
  textBytes,
  textOf,
} from './programs/index.ts';

/** One call as the kernel told it; times are nanoseconds of the kernel's clocks. */
export interface KernelCall {
  readonly syscall: string;
  /** CLOCK_MONOTONIC. */
  readonly atNs: number;
  readonly pid: number;
  readonly tid: number;
  readonly parentPid: number;
  /** CLOCK_BOOTTIME; says together with the pid which process it is. Undefined: nobody knows any more. */
  readonly startedNs: number | undefined;
  readonly parentStartedNs: number | undefined;
  readonly uid: number;
  readonly euid: number;
  readonly cgroup: number;
  readonly command: string;
  readonly numbers: Readonly<Record<string, number>>;
  /** What does not fit a number: 64 bits of an address. */
  readonly exact: Readonly<Record<string, bigint>>;
  readonly text: string | undefined;
  readonly isTextCut: boolean;
  readonly arguments: readonly string[] | undefined;
  readonly areArgumentsCut: boolean;
  /** The last part of the running program's path, as the kernel's file system says. */
  readonly fileName: string | undefined;
  /** Where a relative path begins, or, where there is no text, the file that was opened: absolute, without links. */
  readonly place: string | undefined;
}

export type Parsed =
  | { readonly kind: 'call'; readonly call: KernelCall }
  | { readonly kind: 'dropped'; readonly events: number }
  | { readonly kind: 'lost'; readonly events: number }
  | { readonly kind: 'attached'; readonly probes: number }
  | { readonly kind: 'part' }
  | { readonly kind: 'malformed' };

interface Parts {
  arguments?: { readonly list: readonly string[]; readonly isCut: boolean };
  fileName?: string;
  /** From the file or directory upwards; `undefined` where one was lost. */
  names?: (string | undefined)[];
  rootAtNs?: number;
}

/** Parts of one call come within this time; others are left from a call that was dropped. */
const togetherNs = 1_000_000;
/** More parts than the program tells. */
const maxNames = 64;

/** Parts of starts whose last line never came. */
const maxWaitingParts = 1024;
const maxPid = 4_194_304;
const maxId = 4_294_967_295;
const maxTime = Number.MAX_SAFE_INTEGER - 1;
const numbersAfterName = /^[^,]*(?:,-?\d{1,20})*$/;
const plain = /^[\x20-\x7e]*$/;
const malformed: Parsed = { kind: 'malformed' };
const part: Parsed = { kind: 'part' };

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Bytes as they came to text; what is not UTF-8 becomes U+FFFD, and control characters go. */
const toText = (latin1: string): string =>
  plain.test(latin1)
    ? latin1
    : Buffer.from(latin1, 'latin1')
        .toString('utf8')
        .replace(/\p{Cc}/gu, ' ');

/** bpftrace's `%r`: bytes that are no letters are `\xHH`. */
const unescape = (escaped: string): string =>
  escaped.replace(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

const numbersIn = (head: string): readonly string[] | undefined =>
  numbersAfterName.test(head) ? head.split(',') : undefined;

const inRange = (value: number, maximum: number): boolean =>
  Number.isInteger(value) && value >= 0 && value <= maximum;

const headOf = (
  list: readonly string[],
): Readonly<Record<(typeof headerFields)[number], number>> | undefined => {
  if (list.length <= headerFields.length) return undefined;
  const at = (index: number): number => Number(list[index + 1]);
  const [nsecs, pid, tid, ppid, started] = [at(0), at(1), at(2), at(3), at(4)];
  const [parentStarted, uid, euid, cgroup] = [at(5), at(6), at(7), at(8)];
  const isGood =
    inRange(pid, maxPid) &&
    inRange(tid, maxPid) &&
    inRange(ppid, maxPid) &&
    inRange(uid, maxId) &&
    inRange(euid, maxId) &&
    inRange(nsecs, maxTime) &&
    inRange(started, maxTime) &&
    inRange(parentStarted, maxTime);
  return isGood
    ? { nsecs, pid, tid, ppid, started, parent_started: parentStarted, uid, euid, cgroup }
    : undefined;
};

const argumentsOf = (told: number, escaped: string): NonNullable<Parts['arguments']> => {
  const bytes = unescape(escaped);
  const isCut = told > textBytes;
  const list = bytes.split('\0');
  // The last argument ends in a zero byte too, where it is whole.
  if (!isCut && list.at(-1) === '') list.pop();
  return { list: list.map(toText), isCut };
};

type Waiting = Map<number, Parts>;

const partsOf = (waiting: Waiting, tid: number): Parts => {
  const known = waiting.get(tid);
  if (known !== undefined) return known;
  const oldest = waiting.size >= maxWaitingParts ? waiting.keys().next().value : undefined;
  if (oldest !== undefined) waiting.delete(oldest);
  const fresh: Parts = {};
  waiting.set(tid, fresh);
  return fresh;
};

const takePart = (waiting: Waiting, name: string, list: readonly string[], rest: string): Parsed => {
  const tid = Number(list[1]);
  if (!inRange(tid, maxPid)) return malformed;
  if (name === '+file') partsOf(waiting, tid).fileName = toText(rest);
  else if (name === '+arguments') partsOf(waiting, tid).arguments = argumentsOf(Number(list[2] ?? 0), rest);
  else if (name === '+up') {
    const index = Number(list[2] ?? -1);
    if (!inRange(index, maxNames)) return malformed;
    const parts = partsOf(waiting, tid);
    // Numbers of steps rise; one that does not begins another place.
    if (parts.names === undefined || parts.rootAtNs !== undefined || index < parts.names.length)
      parts.names = [];
    parts.names[index] = toText(rest);
    delete parts.rootAtNs;
  } else if (name === '+root') {
    const parts = partsOf(waiting, tid);
    if (parts.rootAtNs !== undefined) parts.names = [];
    parts.rootAtNs = Number(list[2] ?? 0);
  } else return malformed;
  return part;
};

/** The place that parts tell, where they belong to a call at this time. */
const placeOf = (parts: Parts | undefined, atNs: number): string | undefined => {
  if (parts?.rootAtNs === undefined || Math.abs(atNs - parts.rootAtNs) > togetherNs) return undefined;
  const names = (parts.names ?? []).filter((each) => each !== undefined);
  return `/${names.toReversed().join('/')}`;
};

/** The parts that came before the line which completes them. */
const claimParts = (waiting: Waiting, tid: number): Parts | undefined => {
  const parts = waiting.get(tid);
  waiting.delete(tid);
  return parts;
};

const takeCall = (waiting: Waiting, line: string, list: readonly string[], rest: string): Parsed => {
  const names = numbersOf(line);
  const syscall = syscallOf(line);
  const head = headOf(list);
  const first = 1 + headerFields.length;
  if (names === undefined || head === undefined || list.length !== first + names.length) return malformed;
  if (rest.length < commandBytes) return malformed;
  const numbers: Record<string, number> = {};
  const exact: Record<string, bigint> = {};
  names.forEach((name, index) => {
    const text = list[first + index] ?? '0';
    numbers[name] = Number(text);
    // Above 2^53 a number is not exact: addresses are read out of all 64 bits.
    if (name.startsWith('address_')) exact[name] = BigInt(text);
  });
  const parts = claimParts(waiting, head.tid);
  const hasText = line === syscall && textOf(syscall) !== undefined;
  const text = hasText ? rest.slice(commandBytes) : undefined;
  const call: KernelCall = {
    ...{ syscall, atNs: head.nsecs, pid: head.pid, tid: head.tid, parentPid: head.ppid },
    ...{ startedNs: head.started, parentStartedNs: head.parent_started, uid: head.uid, euid: head.euid },
    ...{ cgroup: head.cgroup, numbers, exact },
    command: toText(rest.slice(0, commandBytes)).trimEnd(),
    text: text === undefined ? undefined : toText(text),
    isTextCut: text !== undefined && text.length >= textBytes - 1,
    arguments: execSyscalls.includes(syscall) ? parts?.arguments?.list : undefined,
    areArgumentsCut: parts?.arguments?.isCut ?? false,
    fileName: execSyscalls.includes(syscall) ? parts?.fileName : undefined,
    place: placeOf(parts, head.nsecs),
  };
  return { kind: 'call', call };
};

const takePrinted = (waiting: Waiting, data: unknown): Parsed => {
  if (typeof data !== 'string') return malformed;
  const end = data.indexOf('|');
  const list = end < 0 ? undefined : numbersIn(data.slice(0, end));
  const name = list?.[0];
  if (list === undefined || name === undefined) return malformed;
  const rest = data.slice(end + 1);
  return name.startsWith('+') ? takePart(waiting, name, list, rest) : takeCall(waiting, name, list, rest);
};

const countIn = (data: unknown, name: string): number => {
  const value = isObject(data) ? data[name] : undefined;
  return typeof value === 'number' && inRange(value, Number.MAX_SAFE_INTEGER) ? value : 0;
};

const messageOf = (line: string): Readonly<Record<string, unknown>> | undefined => {
  try {
    const message: unknown = JSON.parse(line);
    return isObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
};

/** Joins lines of one start of a program, which come apart, and checks everything: bpftrace's output is data of others. */
export const createLineParser = () => {
  const waiting: Waiting = new Map();
  /** `line`: one line of bpftrace's JSON, its bytes as latin1. */
  return (line: string): Parsed => {
    const message = messageOf(line);
    if (message === undefined) return malformed;
    const { type, data } = message;
    if (type === 'printf') return takePrinted(waiting, data);
    if (type === 'map') return { kind: 'dropped', events: countIn(data, '@dropped') };
    if (type === 'lost_events') return { kind: 'lost', events: countIn(data, 'events') };
    if (type === 'attached_probes') return { kind: 'attached', probes: countIn(data, 'probes') };
    return part;
  };
};
