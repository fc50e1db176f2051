import { join } from 'node:path';
import type { SyscallEventInput } from '@gpushield/contracts';
import { addressFacts } from './address.ts';
import { startMs } from './facts/boot-time.ts';
import type { Processes } from './facts/processes.ts';
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
  const folder = join(deps.proc, String(call.pid));
  if (fd === undefined) return true;
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

const metadataOf = (deps: ToEventDeps, call: KernelCall): Metadata | undefined => {
  const { ret: _, address_high: __, address_low: ___, family: ____, ...numbers } = call.numbers;
  const metadata: Metadata = { ...numbers };
  if (!textFacts(deps, call, metadata)) return undefined;
  if (call.isTextCut) metadata['cut'] = true;
  if (call.syscall === 'connect') addressFacts(call, metadata);
  if (typeof metadata['path'] === 'string' && gpuDevice.test(metadata['path']))
    metadata['device'] = metadata['path'];
  if (execSyscalls.includes(call.syscall)) startFacts(deps, call, metadata);
  return targetFacts(deps, call, metadata) && descriptorFacts(deps, call, metadata) ? metadata : undefined;
};
/** With microseconds: they tell apart, and order, what one process does within a millisecond. */
const timestampOf = (wallMs: number): string => {
  const micros = Math.floor(wallMs * 1000);
  const text = new Date(Math.floor(micros / 1000)).toISOString();
  return `${text.slice(0, -1)}${String(micros % 1000).padStart(3, '0')}Z`;
};

/** The event of a call, with what is known of its process; undefined where it turns out to be of no interest. */
export const toEvent = (deps: ToEventDeps, call: KernelCall): DraftEvent | undefined => {
  const isStart = execSyscalls.includes(call.syscall);
  const facts = deps.processes.at(call, isStart);
  const metadata = metadataOf(deps, call);
  if (metadata === undefined) return undefined;
  const { place, digest, executable } = facts;
  const user = deps.userName(call.uid);
  const given = isStart ? fullArguments(deps, call)?.slice(0, maxArguments) : undefined;
  const { ret } = call.numbers;
  const startOf = (name: string, atNs: number | undefined): object =>
    atNs === undefined ? {} : { [name]: new Date(startMs(deps.bootedAtMs, atNs)).toISOString() };
  const event: SyscallEventInput = {
    pid: call.pid,
    syscall: call.syscall,
    timestamp: timestampOf(deps.wallMs(call.atNs)),
    ...(call.tid === call.pid ? {} : { tid: call.tid }),
    ...(call.parentPid === 0 ? {} : { ppid: call.parentPid }),
    ...startOf('process_started_at', facts.startedNs),
    ...startOf('parent_started_at', call.parentPid === 0 ? undefined : call.parentStartedNs),
    ...(ret === undefined ? {} : { return_value: ret }),
    command: call.command,
    ...(executable === undefined ? {} : { executable: executable.slice(0, maxArgumentLength) }),
    ...(typeof digest === 'string' ? { executable_sha256: digest } : {}),
    ...(given === undefined ? {} : { arguments: given.map((each) => each.slice(0, maxArgumentLength)) }),
    user_id: call.uid,
    ...(call.euid === call.uid ? {} : { effective_user_id: call.euid }),
    ...(user === undefined ? {} : { user_name: user }),
    ...(place.containerId === undefined ? {} : { container_id: place.containerId }),
    ...(place.pod === undefined ? {} : { pod: place.pod }),
    ...(place.jobId === undefined ? {} : { job_id: place.jobId }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
  };
  return { event, digest: typeof digest === 'string' ? undefined : digest };
};
