import { integerAt, isLoose, objectAt, textAt, told, type Loose } from './loose.ts';

const kinds = [
  'process_exec',
  'process_exit',
  'process_kprobe',
  'process_tracepoint',
  'process_lsm',
  'process_uprobe',
  'process_loader',
] as const;
type Kind = (typeof kinds)[number];

/** `__x64_sys_mount`, `sys_mount` and `__arm64_sys_mount` are one syscall; other functions keep their name. */
const syscallOfFunction = (name: string): string => name.toLowerCase().replace(/^(?:__[a-z0-9]+_)?sys_/, '');

const syscallOf = (kind: Kind, body: Loose): string => {
  if (kind === 'process_exec') return 'execve';
  if (kind === 'process_exit') return 'exit_group';
  if (kind === 'process_loader') return 'mmap';
  if (kind === 'process_tracepoint') {
    return (textAt(body, 'event', 64) ?? 'tracepoint').replace(/^sys_(?:enter|exit)_/, '');
  }
  return syscallOfFunction(textAt(body, 'function_name', 64) ?? textAt(body, 'symbol', 64) ?? kind);
};

/** Tetragon names the kind of each argument; the first path, address and number are what rules can use. */
const argumentsOf = (body: Loose): Record<string, unknown> => {
  const args = Array.isArray(body['args']) ? body['args'].filter(isLoose) : [];
  const inner = (name: string): Loose | undefined =>
    args.map((arg) => objectAt(arg, name)).find((found) => found !== undefined);
  const file = inner('file_arg') ?? inner('path_arg') ?? inner('linux_binprm_arg');
  const socket = inner('sock_arg') ?? inner('sockaddr_arg');
  const text = args.map((arg) => textAt(arg, 'string_arg', 4096)).find((found) => found !== undefined);
  const number = args
    .map((arg) => integerAt(arg, 'int_arg') ?? integerAt(arg, 'uint_arg'))
    .find((found) => found !== undefined);
  const path = textAt(file, 'path', 4096) ?? text;
  return told({
    path: path?.startsWith('/') === true ? path : undefined,
    text: path?.startsWith('/') === true ? undefined : path,
    number,
    address: textAt(socket, 'daddr', 64) ?? textAt(socket, 'addr', 64),
    port: integerAt(socket, 'dport') ?? integerAt(socket, 'port'),
  });
};

const returnOf = (body: Loose): number | undefined => {
  const value = objectAt(body, 'return');
  return integerAt(value, 'int_arg') ?? integerAt(body, 'status');
};

/**
 * One event of Tetragon's JSON export as an event of ours; see the messages of
 * https://tetragon.io/docs/reference/grpc-api/ as JSON. Events of other kinds (rate limits, tests) are none.
 */
export const fromTetragon = (event: unknown): unknown => {
  if (!isLoose(event)) return event;
  const kind = kinds.find((one) => isLoose(event[one]));
  const body = kind === undefined ? undefined : objectAt(event, kind);
  if (kind === undefined || body === undefined) return 'an event of another kind';
  const process = objectAt(body, 'process');
  const parent = objectAt(body, 'parent');
  const pod = process === undefined ? undefined : objectAt(process, 'pod');
  const container = pod === undefined ? undefined : objectAt(pod, 'container');
  const binary = textAt(process, 'binary', 4096);
  const argumentText = textAt(process, 'arguments', 4096);
  return told({
    pid: integerAt(process, 'pid'),
    tid: integerAt(process, 'tid'),
    ppid: integerAt(parent, 'pid'),
    syscall: syscallOf(kind, body),
    timestamp: textAt(event, 'time', 40) ?? textAt(process, 'start_time', 40),
    process_started_at: textAt(process, 'start_time', 40),
    parent_started_at: textAt(parent, 'start_time', 40),
    return_value: returnOf(body),
    command: binary?.slice(binary.lastIndexOf('/') + 1).slice(0, 256),
    executable: binary,
    arguments: argumentText === undefined ? undefined : [argumentText],
    user_id: integerAt(process, 'uid'),
    container_id: textAt(container, 'id', 128) ?? textAt(process, 'docker', 128),
    image: textAt(container === undefined ? undefined : objectAt(container, 'image'), 'name', 512),
    pod: textAt(pod, 'name', 253),
    namespace: textAt(pod, 'namespace', 253),
    metadata: told({
      ...argumentsOf(body),
      tetragon_policy: textAt(body, 'policy_name', 200),
      tetragon_action: textAt(body, 'action', 64),
      hostname: textAt(event, 'node_name', 253),
    }),
  });
};
