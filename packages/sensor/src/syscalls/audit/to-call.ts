import { posix } from 'node:path';
import { syscallName, type SyscallArchitecture } from '@gpushield/contracts';
import type { KernelCall } from '../parse.ts';
import { execSyscalls, numbersOf, textOf as textNameOf } from '../programs/index.ts';
import { numberOf, textIn, textOf, type AuditRecord } from './records.ts';

const architectures: Readonly<Record<string, SyscallArchitecture>> = {
  c000003e: 'x86_64',
  40000003: 'i386',
  c00000b7: 'aarch64',
};
const maxArguments = 64;
const maxId = 4_294_967_295;
const connectOfSocketcall = 3;

/** Which of the four arguments that a record tells is which number; negative ones are of 32 bits. */
const argumentsOf: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  open: { flags: 1 },
  openat: { flags: 2 },
  chmod: { mode: 1 },
  fchmodat: { mode: 2 },
  fchmodat2: { mode: 2 },
  fchmod: { fd: 0, mode: 1 },
  mknod: { mode: 1, device_number: 2 },
  mknodat: { mode: 2, device_number: 3 },
  ptrace: { ptrace_request: 0, target_pid: 1 },
  process_vm_readv: { target_pid: 0 },
  process_vm_writev: { target_pid: 0 },
  kill: { target_pid: 0, signal: 1 },
  tkill: { target_pid: 0, signal: 1 },
  tgkill: { target_pid: 0, signal: 2 },
  setuid: { target_uid: 0 },
  setreuid: { target_uid: 1 },
  setresuid: { target_uid: 1 },
  setfsuid: { target_uid: 0 },
  unshare: { flags: 0 },
  clone: { flags: 0 },
  setns: { fd: 0, flags: 1 },
  mount: { flags: 3 },
  open_tree: { flags: 2 },
  finit_module: { fd: 0 },
  bpf: { bpf_command: 0 },
  perf_event_open: { target_pid: 1 },
  userfaultfd: { flags: 0 },
  kexec_load: { flags: 3 },
  reboot: { reboot_command: 2 },
  socket: { domain: 0, type: 1, protocol: 2 },
  ioctl: { fd: 0, request: 1 },
};
const isSigned: ReadonlySet<string> = new Set(['target_pid', 'fd']);

/** Which argument is the descriptor of the folder that the path begins at; of two the latter. */
const directoryOf: Readonly<Record<string, number>> = {
  ...{ openat: 0, openat2: 0, unlinkat: 0, fchmodat: 0, fchmodat2: 0, mknodat: 0, utimensat: 0 },
  ...{ renameat: 2, renameat2: 2, symlinkat: 1, open_tree: 0, execveat: 0 },
};

const argument = (record: AuditRecord, index: number, name: string): number | undefined => {
  const hex = record.fields.get(`a${String(index)}`);
  if (hex === undefined || !/^[0-9a-f]{1,16}$/i.test(hex)) return undefined;
  const value = BigInt(`0x${hex}`);
  const number = isSigned.has(name) ? BigInt.asIntN(32, value) : value;
  return number <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(number) : undefined;
};

/** As the eyes' own programs choose: what everyday work does the most is left out. */
const countsAs = (syscall: string, numbers: Readonly<Record<string, number>>, uid: number): boolean => {
  const { target_uid: target, bpf_command: bpf, type, domain, signal } = numbers;
  if (target !== undefined) return target === 0 && uid !== 0;
  if (syscall === 'bpf') return bpf === 5;
  if (syscall === 'socket') return domain === 17 || ((type ?? 0) & 15) === 3;
  if (signal !== undefined) return [9, 15, 19].includes(signal);
  if (syscall === 'unshare' || syscall === 'clone') return ((numbers['flags'] ?? 0) & 0x7e02_0080) !== 0;
  return true;
};

const atWorkingDirectory = 0xffff_ff9cn;
/** Where relative paths of the call begin: for most the working directory, which has a record; else a descriptor. */
const folderIn = (
  records: readonly AuditRecord[],
  told: AuditRecord,
  syscall: string,
  folderOf: AuditTimes['folderOf'],
): string | undefined => {
  const index = directoryOf[syscall];
  const fd = index === undefined ? undefined : argument(told, index, 'fd');
  const isOwn = fd === undefined || BigInt.asUintN(32, BigInt(fd)) === atWorkingDirectory;
  if (!isOwn) return folderOf(numberOf(told, 'pid') ?? 0, fd);
  const folder = records.find(({ type }) => type === 'CWD');
  return folder === undefined ? undefined : textOf(folder, 'cwd');
};

const fileIn = (
  records: readonly AuditRecord[],
  isStart: boolean,
  folder: () => string | undefined,
): string | undefined => {
  const named = records.filter(({ type, fields }) => type === 'PATH' && fields.get('nametype') !== 'PARENT');
  // Of a rename and its kin the last one is what came to be; of a start the first one is the program.
  const chosen = isStart ? named[0] : named.at(-1);
  const name = chosen === undefined ? undefined : textOf(chosen, 'name');
  if (name === undefined || name.startsWith('/')) return name;
  const base = folder();
  return base === undefined ? undefined : posix.normalize(`${base}/${name}`);
};

const argumentsIn = (records: readonly AuditRecord[]): readonly string[] | undefined => {
  const told = records.filter(({ type }) => type === 'EXECVE');
  if (told.length === 0) return undefined;
  const list: string[] = [];
  for (let index = 0; index < maxArguments; index += 1) {
    const name = `a${String(index)}`;
    const whole = told.map(({ fields }) => fields.get(name)).find((each) => each !== undefined);
    // A long one comes in pieces, of which the first says enough.
    const piece = told.map(({ fields }) => fields.get(`${name}[0]`)).find((each) => each !== undefined);
    const value = textIn(whole ?? piece);
    if (value === undefined) break;
    list.push(value);
  }
  return list;
};

/** Where a connection goes, as the memory of the caller holds it. */
const socketIn = (records: readonly AuditRecord[]): Pick<KernelCall, 'numbers' | 'exact'> | undefined => {
  const record = records.find(({ type }) => type === 'SOCKADDR');
  const bytes = Buffer.from(record?.fields.get('saddr') ?? '', 'hex');
  const family = bytes.length >= 8 ? bytes.readUInt16LE(0) : 0;
  if (family === 2)
    return {
      numbers: { family, port: bytes.readUInt16LE(2) },
      exact: { address_high: BigInt(bytes.readUInt32LE(4)), address_low: 0n },
    };
  if (family !== 10 || bytes.length < 24) return undefined;
  return {
    numbers: { family, port: bytes.readUInt16LE(2) },
    exact: { address_high: bytes.readBigUInt64LE(8), address_low: bytes.readBigUInt64LE(16) },
  };
};

const numbersIn = (
  records: readonly AuditRecord[],
  told: AuditRecord,
  syscall: string,
): Record<string, number> => {
  const numbers: Record<string, number> = {};
  for (const [name, index] of Object.entries(argumentsOf[syscall] ?? {})) {
    const value = argument(told, index, name);
    if (value !== undefined) numbers[name] = value;
  }
  if (syscall === 'creat') numbers['flags'] = 0x241;
  if (syscall === 'openat2') {
    const how = records.find(({ type }) => type === 'OPENAT2')?.fields.get('oflag');
    if (how !== undefined && /^0?[0-7]{1,12}$/.test(how)) numbers['flags'] = Number.parseInt(how, 8);
  }
  if (numbers['type'] !== undefined) numbers['type'] &= 15;
  return numbers;
};

/** What a call takes from elsewhere. */
export interface AuditTimes {
  /** Wall time as CLOCK_MONOTONIC. */
  readonly atNs: (atMs: number) => number;
  /** The folder that a descriptor of a process stands for now. */
  readonly folderOf: (pid: number, fd: number) => string | undefined;
}
export interface AuditCall {
  readonly call: KernelCall;
  /** As the log says; what /proc says of the process may be another program by now. */
  readonly executable: string | undefined;
}

const nameOf = (told: AuditRecord): string | undefined => {
  const arch = architectures[told.fields.get('arch') ?? ''];
  const number = numberOf(told, 'syscall');
  if (arch === undefined || number === undefined) return undefined;
  const name = syscallName(number, arch);
  return name === 'socketcall' && argument(told, 0, 'call') === connectOfSocketcall ? 'connect' : name;
};

/** The call that records of one event tell; undefined where it is none that the eyes know. `startedNs` is left to /proc. */
export const toAuditCall = (
  records: readonly AuditRecord[],
  { atNs, folderOf }: AuditTimes,
): AuditCall | undefined => {
  const told = records.find(({ type }) => type === 'SYSCALL');
  const syscall = told === undefined ? undefined : nameOf(told);
  if (told === undefined || syscall === undefined || numbersOf(syscall) === undefined) return undefined;
  const [pid, parentPid, uid, euid] = ['pid', 'ppid', 'uid', 'euid'].map((name) => numberOf(told, name));
  if (pid === undefined || pid <= 0 || uid === undefined || uid > maxId) return undefined;
  const isStart = execSyscalls.includes(syscall);
  const failed = told.fields.get('success') === 'no';
  const socket = syscall === 'connect' ? socketIn(records) : undefined;
  const numbers = socket?.numbers ?? numbersIn(records, told, syscall);
  const isCounted = countsAs(syscall, numbers, uid) && (syscall !== 'connect' || socket !== undefined);
  // Programs are told when they run.
  if (!isCounted || (isStart && failed)) return undefined;
  const ret = numberOf(told, 'exit');
  const path =
    textNameOf(syscall) === undefined
      ? undefined
      : fileIn(records, isStart, () => folderIn(records, told, syscall, folderOf));
  const call: KernelCall = {
    ...{ syscall, atNs: atNs(told.atMs), pid, tid: pid, parentPid: parentPid ?? 0, uid, euid: euid ?? uid },
    ...{ startedNs: undefined, parentStartedNs: undefined, cgroup: 0 },
    command: textOf(told, 'comm') ?? '',
    numbers: ret === undefined ? numbers : { ...numbers, ret },
    exact: socket?.exact ?? {},
    ...{ text: path, isTextCut: false, arguments: isStart ? argumentsIn(records) : undefined },
    ...{ areArgumentsCut: false, fileName: undefined, place: undefined },
  };
  return { call, executable: textOf(told, 'exe') };
};
