import { readFile } from 'node:fs/promises';
import { homedir, hostname } from 'node:os';
import { join } from 'node:path';

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Everything that a sensor needs to know before it starts. The key itself is never part of it. */
export interface SensorConfig {
  readonly url: string;
  /** Reads the API key, from a file each time it is asked. */
  readonly readApiKey: () => Promise<string>;
  /** Directory for the identity, the spool and positions; made with mode 0700. */
  readonly stateDir: string;
  readonly nodeName: string;
  readonly clusterId: string;
  readonly logLevel: LogLevel;
  readonly caFile: string | null;
  readonly spoolMaxBytes: number;
  /** `/metrics` addresses of exporters that run already, whose GPUs this sensor reports too. */
  readonly exporterUrls: readonly string[];
  /**
   * `auto`: syscalls are watched where that is possible, else as `audit`; `audit`: the kernel's audit log is followed and
   * processes are polled; `proc`: processes are polled, nothing else; `off`: nothing.
   */
  readonly syscalls: SyscallMode;
  readonly syscallSpoolMaxBytes: number;
}

export const syscallModes = ['auto', 'audit', 'proc', 'off'] as const;
export type SyscallMode = (typeof syscallModes)[number];
/** Room for about a hundred thousand events. */
const defaultSyscallSpoolMaxBytes = 64 * 1024 * 1024;

/** Room for about four days of one sample a second from eight GPUs. */
export const defaultSpoolMaxBytes = 256 * 1024 * 1024;
/** One exporter per vendor, and some to spare. */
const maxExporters = 16;
export const minSpoolMaxBytes = 4 * 1024 * 1024;

type Environment = Readonly<Record<string, string | undefined>>;
export type ParsedConfig = { ok: true; config: SensorConfig } | { ok: false; problems: readonly string[] };

const namePattern = /^[A-Za-z0-9][A-Za-z0-9._:@/ -]{0,252}$/;
const keyPattern = /^[\x21-\x7e]{8,1024}$/;

const defaultStateDir = (env: Environment, isRoot: boolean): string =>
  isRoot
    ? '/var/lib/gpushield-sensor'
    : join(env['XDG_STATE_HOME'] ?? join(homedir(), '.local/state'), 'gpushield-sensor');

const urlProblem = (value: string): string | null => {
  const url = URL.parse(value);
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:'))
    return 'is not an http or https URL';
  if (url.username !== '' || url.password !== '') return 'must not contain a user name or password';
  return null;
};

const apiKeyReader = (env: Environment): (() => Promise<string>) => {
  const key = env['GPUSHIELD_API_KEY'];
  const file = env['GPUSHIELD_API_KEY_FILE'];
  if (key !== undefined && key !== '') return () => Promise.resolve(key);
  return async () => {
    const read = (await readFile(file ?? '', 'utf8')).trim();
    if (!keyPattern.test(read)) throw new Error('GPUSHIELD_API_KEY_FILE does not hold an API key');
    return read;
  };
};

type Check = (name: string, problem: string | null, example: string) => void;

const parseSyscalls = (
  set: (name: string) => string | undefined,
  check: Check,
): Pick<SensorConfig, 'syscalls' | 'syscallSpoolMaxBytes'> | undefined => {
  const modeText = set('GPUSHIELD_SENSOR_SYSCALLS') ?? 'auto';
  const syscalls = syscallModes.find((mode) => mode === modeText);
  check(
    'GPUSHIELD_SENSOR_SYSCALLS',
    syscalls === undefined ? `must be one of ${syscallModes.join(', ')}` : null,
    'auto',
  );
  const syscallBytesText =
    set('GPUSHIELD_SENSOR_SYSCALLS_SPOOL_MAX_BYTES') ?? String(defaultSyscallSpoolMaxBytes);
  const syscallSpoolMaxBytes = /^\d{1,13}$/.test(syscallBytesText) ? Number(syscallBytesText) : 0;
  check(
    'GPUSHIELD_SENSOR_SYSCALLS_SPOOL_MAX_BYTES',
    syscallSpoolMaxBytes < minSpoolMaxBytes ? `must be a whole number of at least ${minSpoolMaxBytes}` : null,
    String(defaultSyscallSpoolMaxBytes),
  );
  return syscalls === undefined ? undefined : { syscalls, syscallSpoolMaxBytes };
};

/** Validates the sensor's environment as a whole; `problems` names every variable that is wrong, with an example. */
export const parseConfig = (env: Environment, { isRoot }: { isRoot: boolean }): ParsedConfig => {
  const problems: string[] = [];
  const set = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const check: Check = (name, problem, example) => {
    if (problem !== null) problems.push(`${name} ${problem}; example: ${name}=${example}`);
  };
  const url = set('GPUSHIELD_URL') ?? 'http://127.0.0.1:8000';
  check('GPUSHIELD_URL', urlProblem(url), 'https://gpushield.example.org');
  const key = set('GPUSHIELD_API_KEY');
  if (key === undefined && set('GPUSHIELD_API_KEY_FILE') === undefined) {
    check('GPUSHIELD_API_KEY_FILE', 'or GPUSHIELD_API_KEY must be set', '/etc/gpushield/sensor.key');
  }
  check(
    'GPUSHIELD_API_KEY',
    key === undefined || keyPattern.test(key) ? null : 'is not an API key',
    '<86 characters>',
  );
  const nodeName = set('GPUSHIELD_NODE_NAME') ?? hostname();
  check('GPUSHIELD_NODE_NAME', namePattern.test(nodeName) ? null : 'is not a name', 'gpu-node-01');
  const clusterId = set('GPUSHIELD_CLUSTER_ID') ?? 'default';
  check('GPUSHIELD_CLUSTER_ID', namePattern.test(clusterId) ? null : 'is not a name', 'default');
  const levelText = set('GPUSHIELD_LOG_LEVEL') ?? 'info';
  const logLevel = logLevels.find((level) => level === levelText);
  check(
    'GPUSHIELD_LOG_LEVEL',
    logLevel === undefined ? `must be one of ${logLevels.join(', ')}` : null,
    'info',
  );
  const bytesText = set('GPUSHIELD_SENSOR_SPOOL_MAX_BYTES') ?? String(defaultSpoolMaxBytes);
  const spoolMaxBytes = /^\d{1,13}$/.test(bytesText) ? Number(bytesText) : 0;
  const spoolProblem =
    spoolMaxBytes < minSpoolMaxBytes ? `must be a whole number of at least ${minSpoolMaxBytes}` : null;
  check('GPUSHIELD_SENSOR_SPOOL_MAX_BYTES', spoolProblem, String(defaultSpoolMaxBytes));
  const watching = parseSyscalls(set, check);
  const exporterUrls = (set('GPUSHIELD_SENSOR_EXPORTERS') ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const badExporter = exporterUrls.map(urlProblem).find((problem) => problem !== null) ?? null;
  check(
    'GPUSHIELD_SENSOR_EXPORTERS',
    exporterUrls.length > maxExporters ? `names more than ${maxExporters} addresses` : badExporter,
    'http://127.0.0.1:9400/metrics',
  );
  if (problems.length > 0 || logLevel === undefined || watching === undefined) return { ok: false, problems };
  const stateDir = set('GPUSHIELD_SENSOR_STATE_DIR') ?? defaultStateDir(env, isRoot);
  const caFile = set('GPUSHIELD_CA_FILE') ?? null;
  const readApiKey = apiKeyReader(env);
  return {
    ok: true,
    config: {
      ...{ url, readApiKey, stateDir, nodeName, clusterId, logLevel, caFile, spoolMaxBytes, exporterUrls },
      ...watching,
    },
  };
};
