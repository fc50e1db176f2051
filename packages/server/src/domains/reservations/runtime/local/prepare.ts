import { execFile } from 'node:child_process';
import { existsSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { availableParallelism, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { RuntimeRefusal, type WorkloadSpec } from '../port.ts';
import type { Cgroups, JobLimits } from './cgroups.ts';
import { findProgram, nodeName } from './host.ts';
import { endJobScript, initScript, profileScript } from './inside/init-script.ts';
import type { JobPlace, Layout } from './layout.ts';
import { cannotHide, homeInside, insideCommand, jobUid, sandboxArguments, seenInside } from './sandbox.ts';

/** What stays the same over a job's life, and restarts of the server. */
export interface JobSettings {
  readonly sshPort: number | null;
  readonly jupyterPort: number;
  readonly gpuMinors: readonly string[];
  readonly diskId: string | null;
  readonly jupyterWanted: boolean;
}

const run = promisify(execFile);

/** Whole or not at all, also for a job that reads it this moment. */
const writeWhole = async (path: string, text: string, mode: number): Promise<void> => {
  const part = `${path}.part`;
  await writeFile(part, text, { mode });
  await chmod(part, mode);
  await rename(part, path);
};

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error('The system gave no port'));
      });
    });
  });

export const readSettings = async (place: JobPlace): Promise<JobSettings | undefined> => {
  try {
    return JSON.parse(await readFile(place.settings, 'utf8')) as JobSettings;
  } catch {
    return undefined;
  }
};

const settingsFor = async (place: JobPlace, spec: WorkloadSpec): Promise<JobSettings> => {
  const known = await readSettings(place);
  const settings: JobSettings = {
    sshPort:
      known === undefined ? (findProgram('sshd') === undefined ? null : await freePort()) : known.sshPort,
    jupyterPort: known?.jupyterPort ?? (await freePort()),
    gpuMinors: spec.gpuCount > 0 ? (spec.placements[0]?.deviceIds ?? []) : [],
    diskId: spec.diskId,
    jupyterWanted: spec.jupyter.enabled,
  };
  await writeWhole(place.settings, JSON.stringify(settings), 0o600);
  return settings;
};

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A job's share of the host's processors, with half as much again where others leave some. */
/** By what the host really has: the table says what nodes of a type usually have. */
const fractionOf = (spec: WorkloadSpec, hostGpus: number): number => {
  const totalUnits = spec.gpuCount > 0 ? hostGpus : spec.type.slotsPerNode;
  return Math.min(1, (spec.placements[0]?.units ?? 1) / Math.max(1, totalUnits));
};
const processorsOf = (fraction: number): number => availableParallelism() * Math.min(1, fraction * 1.5);
/** Of the host's memory a tenth stays the host's. */
const limitsOf = (fraction: number): JobLimits => ({
  memoryBytes: Math.floor(totalmem() * 0.9 * fraction),
  cpuMillis: Math.floor(processorsOf(fraction) * 1000),
});

const threadVariables = [
  'OMP_NUM_THREADS',
  'MKL_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
];

/** The variables of the job's processes: defaults, then the user's, then what is ours to say. */
const environmentOf = (
  spec: WorkloadSpec,
  settings: JobSettings,
  { sshAddress, hostGpus }: PrepareOptions,
): Record<string, string> => {
  const threads = String(Math.max(1, Math.floor(processorsOf(fractionOf(spec, hostGpus)))));
  return {
    ...Object.fromEntries(threadVariables.map((name) => [name, threads])),
    ...spec.env,
    HOME: homeInside,
    USER: 'dev',
    LOGNAME: 'dev',
    SHELL: existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh',
    PATH: `${homeInside}/.local/bin:/job/lib/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
    RESERVATION_ID: spec.jobId,
    GPU_DEV_JOB_ID: spec.jobId,
    GPU_DEV_USER: spec.username,
    GPU_TYPE: spec.type.gpuType,
    GPU_COUNT: String(spec.gpuCount),
    CUDA_VISIBLE_DEVICES: settings.gpuMinors.map((_minor, index) => index).join(','),
    MASTER_ADDR: '127.0.0.1',
    MASTER_PORT: '29500',
    RANK: '0',
    WORLD_SIZE: '1',
    JOB_SSH_PORT: settings.sshPort === null ? '' : String(settings.sshPort),
    JOB_SSH_ADDRESS: sshAddress,
  };
};

const controlFiles = (
  spec: WorkloadSpec,
  settings: JobSettings,
  options: PrepareOptions,
): ReadonlyMap<string, string> => {
  const env = Object.entries(environmentOf(spec, settings, options));
  const oneLine = env.filter(([, value]) => !/[\r\n"\\]/.test(value));
  return new Map([
    ['init.sh', initScript],
    ['env.sh', `${env.map(([name, value]) => `export ${name}=${quoted(value)}`).join('\n')}\n`],
    ['sshd_env', `SetEnv ${oneLine.map(([name, value]) => `"${name}=${value}"`).join(' ')}\n`],
    ['authorized_keys', `${spec.users.flatMap(({ sshKeys }) => sshKeys).join('\n')}\n`],
    ...(spec.command === null ? [] : [['command', `. /job/ctl/env.sh\n${spec.command}\n`] as const]),
    ...(spec.jupyter.enabled
      ? [['jupyter', `${settings.jupyterPort} ${spec.jupyter.token}\n`] as const]
      : []),
  ]);
};

const packageDir = (name: string): string => {
  const require = createRequire(import.meta.url);
  return dirname(realpathSync(require.resolve(`${name}/package.json`)));
};

/** Directories at the top of the host that programs live in; on most systems links into /usr. */
const topLevel = (): readonly { readonly name: string; readonly link: string | undefined }[] =>
  ['bin', 'sbin', 'lib', 'lib64', 'lib32'].flatMap((name): { name: string; link: string | undefined }[] => {
    try {
      statSync(`/${name}`);
    } catch {
      return [];
    }
    try {
      return [{ name, link: readlinkSync(`/${name}`) }];
    } catch {
      return [{ name, link: undefined }];
    }
  });

const realOf = (path: string): string | undefined => {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
};

/** Directories of the server that a job would see, by the job's names. Errors: `RuntimeRefusal` where one must be seen. */
const hiddenFrom = (layout: Layout, ownDirectories: readonly string[]): readonly string[] => {
  const seen = seenInside([layout.root, ...ownDirectories], realOf);
  const problem = cannotHide(seen);
  if (problem !== null) throw new RuntimeRefusal(problem);
  return seen;
};

const writeSandbox = async (
  layout: Layout,
  place: JobPlace,
  spec: WorkloadSpec,
  settings: JobSettings,
  { isRoot, ownDirectories, devices }: PrepareOptions,
): Promise<void> => {
  const hidden = hiddenFrom(layout, ownDirectories);
  const uid = isRoot ? jobUid : (process.getuid?.() ?? jobUid);
  const gid = isRoot ? jobUid : (process.getgid?.() ?? jobUid);
  const bin = join(place.dir, 'bin');
  await mkdir(bin, { recursive: true, mode: 0o755 });
  await writeWhole(join(bin, 'end-job'), endJobScript, 0o755);
  const passwd = join(place.dir, 'passwd');
  const group = join(place.dir, 'group');
  const shell = existsSync('/bin/bash') ? '/bin/bash' : '/bin/sh';
  await writeWhole(
    passwd,
    `root:x:0:0:root:/:/usr/sbin/nologin\ndev:x:${uid}:${gid}:dev:${homeInside}:${shell}\nsshd:x:65533:65533::/run/sshd:/usr/sbin/nologin\n`,
    0o644,
  );
  const profile = join(place.dir, 'profile');
  await writeWhole(profile, profileScript, 0o644);
  await writeWhole(group, `root:x:0:\ndev:x:${gid}:\n`, 0o644);
  const args = sandboxArguments({
    place,
    home: spec.diskId === null ? place.home : layout.disk(spec.diskId),
    isRoot,
    gpuMinors: settings.gpuMinors,
    devices,
    // Nothing of the user's: what runs first may still be root.
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: homeInside, LANG: 'C.UTF-8', TERM: 'xterm-256color' },
    node: realpathSync(process.execPath),
    helper: join(import.meta.dirname, 'inside/terminal-helper.ts'),
    packages: ['@lydell/node-pty', `@lydell/node-pty-${process.platform}-${process.arch}`].map((name) => ({
      name,
      dir: packageDir(name),
    })),
    passwd,
    group,
    profile,
    bin,
    hostname: `job-${spec.jobId.slice(0, 8)}-${nodeName().slice(0, 30)}`,
    topLevel: topLevel(),
    hidden,
  });
  await writeWhole(place.sandboxArguments, args.map((arg) => `${arg}\0`).join(''), 0o600);
};

const makeOrders = async (path: string): Promise<void> => {
  if (existsSync(path)) return;
  await run('mkfifo', ['-m', '666', path]);
  await chmod(path, 0o666);
};

export interface PrepareOptions {
  readonly isRoot: boolean;
  readonly sshAddress: string;
  /** Of the server: its data, its start directory with the .env file. */
  readonly ownDirectories: readonly string[];
  readonly cgroups: Pick<Cgroups, 'prepare'>;
  /** Where the host's GPUs are (/dev), and how many. */
  readonly devices: string;
  readonly hostGpus: number;
}

/** Writes everything that the job is started with, or that changes while it runs. Again: the same. */
export const prepareJob = async (
  layout: Layout,
  spec: WorkloadSpec,
  options: PrepareOptions,
): Promise<JobSettings> => {
  const { isRoot } = options;
  const place = layout.job(spec.jobId);
  await mkdir(place.dir, { recursive: true, mode: 0o700 });
  await mkdir(place.control, { recursive: true, mode: 0o711 });
  for (const directory of [place.run, place.home]) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    if (isRoot) await chown(directory, jobUid, jobUid);
  }
  const settings = await settingsFor(place, spec);
  await makeOrders(join(place.control, 'orders'));
  const files = controlFiles(spec, settings, options);
  for (const [name, text] of files) await writeWhole(join(place.control, name), text, 0o644);
  if (!files.has('jupyter')) await rm(join(place.control, 'jupyter'), { force: true });
  if (!existsSync(place.started)) {
    const groups = options.cgroups.prepare(spec.jobId, limitsOf(fractionOf(spec, options.hostGpus)));
    await writeWhole(place.cgroups, groups.map((path) => `${path}\n`).join(''), 0o600);
    await writeSandbox(layout, place, spec, settings, options);
  }
  return settings;
};

/** The command line of the sandbox, as the supervisor starts it. */
export const sandboxCommand = (bwrap: string, isRoot: boolean): readonly string[] => [
  bwrap,
  '--die-with-parent',
  '--info-fd',
  '3',
  '--args',
  '4',
  '--',
  ...insideCommand(isRoot),
];
