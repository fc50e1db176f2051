import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, statSync, writeFileSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../../../../platform/clock.ts';
import {
  RuntimeRefusal,
  type Runtime,
  type WorkloadMember,
  type WorkloadObservation,
  type WorkloadSpec,
  type WorkloadState,
} from '../port.ts';
import { createLocalDisks } from './disks.ts';
import { gpuUtilizationOf } from './gpu-activity.ts';
import { describeHost, findProgram, nodeName, readGpus } from './host.ts';
import { supervisorScript } from './inside/init-script.ts';
import { connectionsTo, cpuSecondsOf, readState, readUntrusted } from './job-state.ts';
import { createLayout, isJobId, type JobPlace } from './layout.ts';
import { giveOrder } from './orders.ts';
import { prepareJob, readSettings, sandboxCommand } from './prepare.ts';
import { openTerminal } from './terminal.ts';

export interface LocalRuntimeOptions {
  /** Where jobs, disks and snapshots are kept; absolute. */
  readonly root: string;
  /** Where sshd of jobs listens, and what people are told to connect to. */
  readonly sshAddress: string;
  readonly clock: Clock;
  readonly log: Logger;
}

const readyPollMs = 40;
const readyPatienceMs = 30_000;
const adoptPollMs = 2_000;
/** Of bubblewrap's complaint that is told on. */
const complaintBytes = 400;
const maxNoteBytes = 1_500;

const missing = (): string | null => {
  const program = ['bwrap', 'mkfifo', 'cp'].find((name) => findProgram(name) === undefined);
  if (program === 'bwrap')
    return 'Jobs on this host need bubblewrap, which is not installed: install it (apt-get install bubblewrap, dnf install bubblewrap), or use a Kubernetes cluster';
  if (program !== undefined) return `Jobs on this host need ${program}, which is not installed`;
  if (process.platform !== 'linux') return 'Jobs on this host need Linux; use a Kubernetes cluster';
  return process.getuid?.() === 0 && findProgram('setpriv') === undefined
    ? 'Jobs of a server that runs as root need setpriv (util-linux), which is not installed'
    : null;
};

const stateOf = async (place: JobPlace): Promise<WorkloadState> => {
  if (!existsSync(place.dir)) return { kind: 'absent' };
  const state = readState(place);
  if (existsSync(join(place.dir, 'stopping')) && state.kind !== 'ended') return { kind: 'ending' };
  if (state.kind === 'none') return { kind: 'starting', progress: 'Being prepared' };
  if (state.kind === 'starting') return { kind: 'starting', progress: 'The sandbox is being made' };
  if (state.kind === 'running')
    return state.ready ? { kind: 'running' } : { kind: 'starting', progress: 'The sandbox starts' };
  if (readUntrusted(join(place.run, 'ready')) !== undefined) {
    return state.exitCode === null
      ? { kind: 'failed', reason: 'It was ended from outside: killed, or the host restarted', requeue: false }
      : { kind: 'ended', exitCode: state.exitCode };
  }
  const said = (await tailOf(place.log, complaintBytes)).trim();
  return {
    kind: 'failed',
    reason: `The sandbox could not be started: ${said === '' ? 'it said nothing' : said}`,
    requeue: false,
  };
};

const tailOf = async (path: string, bytes: number): Promise<string> => {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      const from = Math.max(0, size - bytes);
      const buffer = Buffer.alloc(size - from);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
      return buffer.toString('utf8', 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return '';
  }
};

/** Jobs on this host. What runs outlives the server: every fact about it is in its directory and in /proc. */
export const createLocalRuntime = (options: LocalRuntimeOptions): Runtime => {
  const { clock, log } = options;
  const layout = createLayout(options.root);
  const isRoot = process.getuid?.() === 0;
  const listeners: ((jobId: string) => void)[] = [];
  const watched = new Set<string>();
  const terminals = new Map<string, number>();
  let watching: NodeJS.Timeout | undefined;
  const changed = (jobId: string): void => {
    for (const listener of listeners) listener(jobId);
  };

  const announceReady = (jobId: string): void => {
    const giveUpMs = clock.monotonicMs() + readyPatienceMs;
    const look = (): void => {
      const state = readState(layout.job(jobId));
      if (state.kind === 'ended' || (state.kind === 'running' && state.ready)) changed(jobId);
      else if (clock.monotonicMs() < giveUpMs) setTimeout(look, readyPollMs).unref();
    };
    setTimeout(look, readyPollMs).unref();
  };

  const launch = (jobId: string): void => {
    const place = layout.job(jobId);
    const output = openSync(place.log, 'a', 0o600);
    const bwrap = findProgram('bwrap') ?? 'bwrap';
    const child = spawn(
      '/bin/sh',
      ['-c', supervisorScript, 'gpushield-job', place.dir, ...sandboxCommand(bwrap, isRoot)],
      {
        detached: true,
        stdio: ['ignore', output, output],
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
        cwd: '/',
      },
    );
    closeSync(output);
    child.on('error', (err) =>
      log.warn({ err, job_id: jobId }, 'the supervisor of a job could not be started'),
    );
    child.on('exit', () => changed(jobId));
    child.unref();
    announceReady(jobId);
  };

  const observe = async (jobId: string): Promise<WorkloadObservation> => {
    const place = layout.job(jobId);
    const state = await stateOf(place);
    const settings = await readSettings(place);
    const members: readonly WorkloadMember[] =
      settings === undefined
        ? []
        : [{ rank: 0, node: nodeName(), podName: null, host: options.sshAddress, sshPort: settings.sshPort }];
    const problem = readUntrusted(join(place.run, 'jupyter.failed'))?.trim() ?? null;
    const isOn = settings?.jupyterWanted === true && state.kind === 'running';
    return {
      jobId,
      state,
      members,
      jupyter: {
        url: isOn && problem === null ? `http://127.0.0.1:${settings.jupyterPort}/lab` : null,
        error: isOn ? problem : null,
      },
      // Without a memory limit of its own a job is not told from the host: the kernel's choice is the exit code.
      oomCount: 0,
      lastOomAtMs: null,
    };
  };

  const runningPid = (jobId: string): number => {
    const state = readState(layout.job(jobId));
    if (state.kind !== 'running') throw new RuntimeRefusal('The job does not run');
    return state.firstPid;
  };

  const ensure = async (spec: WorkloadSpec): Promise<void> => {
    if (spec.placements.length !== 1)
      throw new RuntimeRefusal('This host is one node: a job of several nodes needs a cluster');
    const place = layout.job(spec.jobId);
    const before = (await readSettings(place))?.jupyterWanted;
    const settings = await prepareJob(layout, spec, { isRoot, sshAddress: options.sshAddress });
    watched.add(spec.jobId);
    const state = readState(place);
    if (state.kind === 'none') launch(spec.jobId);
    else if (state.kind === 'running' && before !== undefined && before !== spec.jupyter.enabled)
      await giveOrder(
        place,
        spec.jupyter.enabled
          ? ['jupyter-on', String(settings.jupyterPort), spec.jupyter.token]
          : ['jupyter-off'],
      );
  };

  const remove = async (jobId: string, graceSeconds: number): Promise<void> => {
    const place = layout.job(jobId);
    const state = readState(place);
    if (state.kind === 'none' || state.kind === 'ended') {
      watched.delete(jobId);
      await rm(place.dir, { recursive: true, force: true });
      return;
    }
    if (state.kind === 'starting') return;
    const mark = join(place.dir, 'stopping');
    if (!existsSync(mark)) {
      writeFileSync(mark, '');
      if (graceSeconds > 0) {
        await giveOrder(place, ['stop'], 500).catch(() => undefined);
        return;
      }
    }
    const sinceMs = Date.now() - statSync(mark).mtimeMs;
    // The first process of the sandbox takes all the others with it.
    if (sinceMs >= graceSeconds * 1000) process.kill(state.firstPid, 'SIGKILL');
  };

  return {
    name: 'local',
    onChange: (listener) => {
      listeners.push(listener);
    },
    start: async () => {
      mkdirSync(layout.jobs, { recursive: true, mode: 0o700 });
      for (const name of await readdir(layout.jobs)) if (isJobId(name)) watched.add(name);
      // Jobs of an earlier server are no children of ours: their end is looked for.
      watching = setInterval(() => {
        for (const jobId of watched) {
          if (readState(layout.job(jobId)).kind !== 'ended') continue;
          watched.delete(jobId);
          changed(jobId);
        }
      }, adoptPollMs);
      watching.unref();
    },
    stop: async () => {
      clearInterval(watching);
    },
    refuses: ({ dockerfile, profile, requireKata, type }) => {
      const lacking = missing();
      if (lacking !== null) return lacking;
      if (dockerfile !== null)
        return 'A Dockerfile is built in a cluster with a builder; this server runs jobs on its own host';
      if (requireKata) return 'Kata containers are required here, and this host has no such runtime';
      if (type.vendor === 'amd' || type.vendor === 'intel')
        return `${type.gpuType} is offered in clusters alone`;
      return profile === 'profiling' ? 'The profiling profile is offered in clusters alone' : null;
    },
    capacity: async (types) => ({
      nodes: [describeHost(types, readGpus(), missing())],
      observedAtMs: clock.nowMs(),
    }),
    ensure,
    observe: ({ jobId }) => observe(jobId),
    list: async () => {
      const names = (await readdir(layout.jobs)).filter(isJobId);
      return Promise.all(names.map(observe));
    },
    remove: ({ jobId }, { graceSeconds }) => remove(jobId, graceSeconds),
    logs: ({ jobId }, { tailBytes }) => tailOf(layout.job(jobId).log, tailBytes),
    terminal: async ({ jobId }, { rank, size, signal }) => {
      if (rank !== 0) throw new RuntimeRefusal('The job has one node: its rank is 0');
      runningPid(jobId);
      const session = await openTerminal(layout.job(jobId), size, signal);
      terminals.set(jobId, (terminals.get(jobId) ?? 0) + 1);
      void session.exited.then(() => terminals.set(jobId, Math.max(0, (terminals.get(jobId) ?? 1) - 1)));
      return session;
    },
    notify: async ({ jobId }, { message, fileName, clearPrefix }) => {
      runningPid(jobId);
      const place = layout.job(jobId);
      if (clearPrefix !== null) await giveOrder(place, ['clear', clearPrefix]);
      const text = Buffer.from(message, 'utf8').subarray(0, maxNoteBytes).toString('base64');
      await giveOrder(place, ['note', fileName ?? '-', text]);
    },
    activity: async ({ jobId }) => {
      const firstPid = runningPid(jobId);
      const settings = await readSettings(layout.job(jobId));
      return {
        sshSessions:
          settings?.sshPort === null || settings === undefined ? 0 : connectionsTo(settings.sshPort),
        terminalSessions: terminals.get(jobId) ?? 0,
        // An open notebook is somebody at work; a kernel that computes is seen by its CPU and GPU.
        jupyterKernelsBusy: settings?.jupyterWanted === true ? connectionsTo(settings.jupyterPort) : 0,
        cpuSeconds: cpuSecondsOf(firstPid),
        gpuUtilization:
          settings === undefined || settings.gpuMinors.length === 0
            ? 0
            : await gpuUtilizationOf(settings.gpuMinors),
      };
    },
    describe: async ({ jobId }) => {
      const place = layout.job(jobId);
      const state = readState(place);
      return {
        state,
        ssh_log: (readUntrusted(join(place.run, 'sshd.log')) ?? '').slice(-2_000),
        jupyter_log: (readUntrusted(join(place.run, 'jupyter.log')) ?? '').slice(-2_000),
        processes_cpu_seconds: state.kind === 'running' ? cpuSecondsOf(state.firstPid) : null,
      };
    },
    disks: createLocalDisks(layout, isRoot),
  };
};
