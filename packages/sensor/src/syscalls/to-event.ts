import { join } from 'node:path';
import type { SyscallEventInput } from '@gpushield/contracts';
import { addressFacts } from './address.ts';
import { startMs } from './facts/boot-time.ts';
import type { ProcessFacts, Processes } from './facts/processes.ts';
import { readLink, readProc } from './facts/read-proc.ts';
import type { KernelCall } from './parse.ts';
import { resolvePath } from './paths.ts';
import { execSyscalls, textOf } from './programs/index.ts';

/** An event whose digest may still be on its way. */
export interface DraftEvent {
  readonly event: SyscallEventInput;
  readonly digest: Promise<string | undefined> | undefined;
}
export interface ToEventDeps {
  readonly proc: string;
  readonly processes: Processes;
  readonly userName: (uid: number) => string | undefined;
  readonly bootedAtMs: number;
  /** A moment of CLOCK_MONOTONIC as wall time. */
  readonly wallMs: (atNs: number) => number;
}

type Metadata = Record<string, string | number | boolean>;

const maxArguments = 64;
const maxArgumentLength = 4096;
/** Security tools whose end is worth telling; others' is everyday work. */
const securityTools = /^(falco|tetragon|auditd|gpushield|osqueryd|clamd|wazuh|bpftrace|sysmon)/;
const gpuDevice = /^\/dev\/(nvidia|kfd|dri\/|dma_heap\/)|dmabuf|sync_file/;
const ofDevices: ReadonlySet<string> = new Set(['ioctl', 'mmap']);
const ofDescriptors: ReadonlySet<string> = new Set(['finit_module', 'fchmod']);

const fullArguments = (deps: ToEventDeps, call: KernelCall): readonly string[] | undefined => {
  if (call.arguments !== undefined && !call.areArgumentsCut) return call.arguments;
  const text = readProc(join(deps.proc, String(call.pid), 'cmdline'));
  const whole = text?.split('\0');
  if (whole?.at(-1) === '') whole.pop();
  // The process may have gone on to another program: its first arguments must be those that the kernel told.
  const told = call.arguments?.[0];
  return whole !== undefined && (told === undefined || whole[0] === told) ? whole : call.arguments;
};

/** `/proc/PID/fd/N` of its own is what rules know as `/proc/self/fd/N`. */
const ownFd = (pid: number, path: string): string => {
  const own = `/proc/${String(pid)}/`;
  return path.startsWith(own) ? `/proc/self/${path.slice(own.length)}` : path;
};

const preloadIn = (environment: string | undefined): string | undefined =>
  environment
    ?.split('\0')
    .find((each) => each.startsWith('LD_PRELOAD='))
    ?.slice('LD_PRELOAD='.length, 1024);

const startFacts = (deps: ToEventDeps, call: KernelCall, metadata: Metadata): void => {
  const folder = join(deps.proc, String(call.pid));
  const parent = deps.processes.commandOf(call.parentPid);
  if (parent !== undefined) metadata['parent_command'] = parent;
  const age = deps.processes.ageOf(call.pid, deps.wallMs(call.atNs));
  if (age !== undefined) metadata['exe_age_s'] = age;
  const preload = preloadIn(readProc(join(folder, 'environ'), 65_536));
  if (preload !== undefined && preload !== '') metadata['ld_preload'] = preload;
  // fexecve: the kernel names the descriptor, which binds it to the memfd_create before.
  const fd = /^\/dev\/fd\/(\d{1,7})$/.exec(call.text ?? '')?.[1];
  if (fd !== undefined) metadata['fd'] = Number(fd);
};

const signals: ReadonlySet<string> = new Set(['kill', 'tkill', 'tgkill', 'pidfd_send_signal']);

/** The process that a descriptor of a process (pidfd) stands for. */
const pidOf = (proc: string, pid: number, pidfd: number): number | undefined => {
  const found = /^Pid:\s+(\d+)/m.exec(readProc(join(proc, String(pid), 'fdinfo', String(pidfd))) ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
};

/** Whom a signal goes to. False where the call turns out to be of no interest. */
const targetFacts = (deps: ToEventDeps, call: KernelCall, metadata: Metadata): boolean => {
  if (!signals.has(call.syscall)) return true;
  const { target_pid: told, pidfd } = call.numbers;
  const target = told ?? (pidfd === undefined ? undefined : pidOf(deps.proc, call.pid, pidfd));
  const command = target === undefined ? undefined : deps.processes.commandOf(target);
  if (target === undefined || command === undefined || !securityTools.test(command)) return false;
  metadata['target_pid'] = target;
  metadata['target_command'] = command;
  return true;
};

const descriptorFacts = (deps: ToEventDeps, call: KernelCall, metadata: Metadata): boolean => {
  const { fd } = call.numbers;
  if (fd === undefined) return true;
  const folder = join(deps.proc, String(call.pid));
  const path = readLink(join(folder, 'fd', String(fd)));
  if (ofDevices.has(call.syscall)) {
    // A descriptor that is closed already may have been one; one that is something else was not.
    if (path !== undefined && !gpuDevice.test(path)) return false;
    if (path !== undefined) metadata['device'] = path;
  } else if (ofDescriptors.has(call.syscall) && path !== undefined) metadata['path'] = path;
  else if (call.syscall === 'setns') {
    const kind = /^(\w+):\[\d+\]$/.exec(path ?? '')?.[1];
    const host = kind === undefined ? undefined : readLink(join(deps.proc, '1/ns', kind));
    const entered = pidOf(deps.proc, call.pid, fd);
    if (path !== undefined && path === host) metadata['target_pid'] = 1;
    else if (entered !== undefined) metadata['target_pid'] = entered;
  }
  return true;
};

/** The one text of a call. False where it is a path that leads to nothing which counts. */
const textFacts = (deps: ToEventDeps, call: KernelCall, metadata: Metadata): boolean => {
  const { syscall, pid, text } = call;
  const key = textOf(syscall);
  if (key === undefined) return true;
  if (key === 'path' && !execSyscalls.includes(syscall)) {
    const resolved = resolvePath(deps.proc, call, text);
    if (resolved !== undefined) metadata[key] = resolved.path;
    return resolved?.counts === true;
  }
  if (text !== undefined) metadata[key] = key === 'path' ? ownFd(pid, text) : text;
  return true;
};

/** Numbers that other fields are made of. */
const ofWire: ReadonlySet<string> = new Set(['ret', 'address_high', 'address_low', 'family']);

/** Of a call that was made over and over; of others it says nothing. */
const counted = 'times_this_second';

const metadataOf = (deps: ToEventDeps, call: KernelCall): Metadata | undefined => {
  const metadata: Metadata = {};
  for (const name in call.numbers) {
    const value = call.numbers[name];
    if (value !== undefined && !ofWire.has(name) && !(name === counted && value === 1))
      metadata[name] = value;
  }
  if (!textFacts(deps, call, metadata)) return undefined;
  if (call.isTextCut) metadata['cut'] = true;
  if (call.syscall === 'connect') addressFacts(call, metadata);
  if (typeof metadata['path'] === 'string' && gpuDevice.test(metadata['path']))
    metadata['device'] = metadata['path'];
  if (execSyscalls.includes(call.syscall)) startFacts(deps, call, metadata);
  return targetFacts(deps, call, metadata) && descriptorFacts(deps, call, metadata) ? metadata : undefined;
};
/**
 * With microseconds: they tell apart, and order, what one process does within a millisecond. Events come in order, nearly: the
 * text of their second is kept.
 */
const createTimestamps = (): ((wallMs: number) => string) => {
  let [second, prefix] = [Number.NaN, ''];
  return (wallMs) => {
    const micros = Math.floor(wallMs * 1000);
    const now = Math.floor(micros / 1e6);
    if (now !== second) [second, prefix] = [now, new Date(now * 1000).toISOString().slice(0, 20)];
    return `${prefix}${String(micros - now * 1e6).padStart(6, '0')}Z`;
  };
};

const maxStarts = 4096;
/** Starts as text: a process makes many calls. */
const createStarts = (bootedAtMs: number): ((startedNs: number) => string) => {
  const texts = new Map<number, string>();
  return (startedNs) => {
    const known = texts.get(startedNs);
    if (known !== undefined) return known;
    if (texts.size >= maxStarts) texts.clear();
    const text = new Date(startMs(bootedAtMs, startedNs)).toISOString();
    texts.set(startedNs, text);
    return text;
  };
};

/** Fields that only some events have. */
const addOptional = (
  deps: ToEventDeps,
  call: KernelCall,
  { place, executable }: ProcessFacts,
  event: SyscallEventInput,
): void => {
  const { ret } = call.numbers;
  const user = deps.userName(call.uid);
  if (call.tid !== call.pid) event.tid = call.tid;
  if (call.parentPid !== 0) event.ppid = call.parentPid;
  if (ret !== undefined) event.return_value = ret;
  if (executable !== undefined) event.executable = executable.slice(0, maxArgumentLength);
  if (call.euid !== call.uid) event.effective_user_id = call.euid;
  if (user !== undefined) event.user_name = user;
  if (place.containerId !== undefined) event.container_id = place.containerId;
  if (place.pod !== undefined) event.pod = place.pod;
  if (place.jobId !== undefined) event.job_id = place.jobId;
};

/** Makes the event of a call, with what is known of its process; undefined where it turns out to be of no interest. */
export const createToEvent = (deps: ToEventDeps): ((call: KernelCall) => DraftEvent | undefined) => {
  const timestampOf = createTimestamps();
  const startOf = createStarts(deps.bootedAtMs);
  return (call) => {
    const isStart = execSyscalls.includes(call.syscall);
    const facts = deps.processes.at(call, isStart);
    const metadata = metadataOf(deps, call);
    if (metadata === undefined) return undefined;
    const { digest, startedNs } = facts;
    const event: SyscallEventInput = {
      pid: call.pid,
      syscall: call.syscall,
      timestamp: timestampOf(deps.wallMs(call.atNs)),
      command: call.command,
      user_id: call.uid,
    };
    if (startedNs !== undefined) event.process_started_at = startOf(startedNs);
    if (call.parentPid !== 0 && call.parentStartedNs !== undefined)
      event.parent_started_at = startOf(call.parentStartedNs);
    if (typeof digest === 'string') event.executable_sha256 = digest;
    const given = isStart ? fullArguments(deps, call)?.slice(0, maxArguments) : undefined;
    if (given !== undefined) event.arguments = given.map((each) => each.slice(0, maxArgumentLength));
    addOptional(deps, call, facts, event);
    if (Object.keys(metadata).length > 0) event.metadata = metadata;
    return { event, digest: typeof digest === 'string' ? undefined : digest };
  };
};
