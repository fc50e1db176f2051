import { accessSync, closeSync, constants, existsSync, mkdirSync, openSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import type { Config } from '../config.ts';
import { openDatabase, silentLog, type Database } from '../platform/database/index.ts';

export interface Finding {
  readonly name: string;
  readonly verdict: 'ok' | 'warn' | 'fail';
  readonly detail: string;
  /** What to do about it. */
  readonly remedy?: string;
}

const minFreeBytes = 2 * 1024 ** 3;
const wantedNodeMajor = 26;
const databaseTimeoutMs = 5000;

const ok = (name: string, detail: string): Finding => ({ name, verdict: 'ok', detail });
const warn = (name: string, detail: string, remedy: string): Finding => ({
  name,
  verdict: 'warn',
  detail,
  remedy,
});
const fail = (name: string, detail: string, remedy: string): Finding => ({
  name,
  verdict: 'fail',
  detail,
  remedy,
});

export const checkNode = (version: string): Finding =>
  Number(version.split('.')[0]) >= wantedNodeMajor
    ? ok('node', `Node ${version}`)
    : fail(
        'node',
        `Node ${version} is too old`,
        'Start through npm (`npm start`, `npx gpushield`), which brings its own Node.',
      );

export const checkDataDir = ({ dataDir }: Config): Finding => {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
  } catch {
    return fail(
      'data directory',
      `${dataDir} cannot be written`,
      'Give this user the directory, or set GPUSHIELD_DATA_DIR.',
    );
  }
  const { bavail, bsize } = statfsSync(dataDir);
  const freeBytes = bavail * bsize;
  const free = `${(freeBytes / 1024 ** 3).toFixed(1)} GiB free`;
  return freeBytes < minFreeBytes
    ? warn('data directory', `${dataDir}: only ${free}`, 'Free some space: a full disk stops ingest.')
    : ok('data directory', `${dataDir}: ${free}`);
};

const describeServer = async (db: Database): Promise<Finding> => {
  const { rows } = await db.query<{ version: string; pending: boolean }>(
    `SELECT current_setting('server_version') AS version, to_regclass('schema_migrations') IS NULL AS pending`,
  );
  const [row] = rows;
  if (row === undefined) return fail('database', 'PostgreSQL gave no version', 'Check the server.');
  return row.pending
    ? warn(
        'database',
        `PostgreSQL ${row.version}, no schema yet`,
        'Run `gpushield migrate`; `serve` does it too.',
      )
    : ok('database', `PostgreSQL ${row.version}`);
};

export const checkDatabase = async (config: Config): Promise<Finding> => {
  const { source } = config.database;
  if (source.kind === 'embedded') return ok('database', 'embedded PostgreSQL (DATABASE_URL is unset)');
  try {
    const db = await openDatabase({
      connectionString: source.url.reveal(),
      min: 0,
      max: 1,
      connectTimeoutMs: databaseTimeoutMs,
      log: silentLog,
    });
    return await describeServer(db).finally(() => db.close());
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it did not answer';
    return fail(
      'database',
      `DATABASE_URL does not work: ${why}`,
      'Check the address, the credentials and the network.',
    );
  }
};

export const checkPort = ({ http }: Config): Promise<Finding> =>
  new Promise((resolve) => {
    const name = `port ${String(http.port)}`;
    const probe = createServer();
    probe.once('error', (error) => {
      const inUse = 'code' in error && error.code === 'EADDRINUSE';
      resolve(
        inUse
          ? warn(name, 'something listens there already (this server, if it runs)', 'Stop it, or set PORT.')
          : fail(name, error.message, 'Set HOST and PORT to an address of this machine.'),
      );
    });
    probe.listen(http.port, http.host, () => {
      probe.close(() => {
        resolve(ok(name, `free on ${http.host}`));
      });
    });
  });

export const checkExposure = ({ http, identity }: Config): Finding => {
  if (!identity.requireAuth)
    return warn(
      'exposure',
      'REQUIRE_AUTH=false: everyone on this machine is an administrator',
      'Unset REQUIRE_AUTH.',
    );
  const loopback = ['127.0.0.1', '::1', 'localhost'].includes(http.host);
  return loopback || http.tls !== undefined
    ? ok('exposure', loopback ? 'loopback only' : 'TLS 1.3')
    : warn(
        'exposure',
        `plain HTTP on ${http.host}`,
        'Set GPUSHIELD_TLS_CERT and GPUSHIELD_TLS_KEY, or end TLS in a proxy in front.',
      );
};

/** What the local sensor can see as this user. */
export const checkSensorSight = (uid: number | undefined): readonly Finding[] => {
  const readable = (path: string): boolean => {
    try {
      // Opened, not asked after: the kernel may refuse its log whatever the file's mode says.
      closeSync(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
      return true;
    } catch {
      return false;
    }
  };
  const see = (name: string, path: string, blind: string): Finding =>
    readable(path) ? ok(name, `${path} is readable`) : warn(name, blind, 'Run the sensor as root to see it.');
  return [
    existsSync('/proc/modules')
      ? see('sensor: modules', '/proc/modules', 'loaded kernel modules are not visible')
      : ok('sensor: modules', 'this kernel has no loadable modules'),
    see('sensor: kernel log', '/dev/kmsg', 'Xid and reset lines of the kernel log are not visible'),
    existsSync('/dev/nvidiactl') || existsSync('/dev/kfd') || existsSync('/dev/dri')
      ? ok('sensor: GPU', 'a GPU device is present')
      : ok('sensor: GPU', 'this machine has no GPU device; the sensor reports the host alone'),
    uid === 0
      ? ok('sensor: user', 'root')
      : warn('sensor: user', 'not root', 'Some evidence needs root; the sensor lists what it is blind to.'),
  ];
};

const systemFolders = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** Whether the local sensor can watch syscalls; what it lacks, in the order in which it asks. */
export const checkSyscallSight = (
  uid: number | undefined,
  exists: (path: string) => boolean = existsSync,
): Finding => {
  const name = 'sensor: syscalls';
  const seen = exists('/var/log/audit/audit.log')
    ? 'only what the audit rules of this machine log is seen, and new processes by looking at /proc'
    : 'only new processes are seen, by looking at /proc; auditd would tell more';
  const blind = (why: string): string => `${why}: ${seen}`;
  if (uid !== 0) return warn(name, blind('not root'), 'Run the sensor as root to see what processes do.');
  if (!systemFolders.some((folder) => exists(`${folder}/bpftrace`)))
    return warn(name, blind('bpftrace is not installed'), 'Install the package bpftrace (0.17 or later).');
  return exists('/sys/kernel/btf/vmlinux')
    ? ok(name, 'bpftrace can watch them')
    : warn(name, blind('this kernel tells no types'), 'Use a kernel with CONFIG_DEBUG_INFO_BTF.');
};
