import { randomUUID } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Clock } from '../../../../platform/clock.ts';
import {
  RuntimeRefusal,
  type Runtime,
  type RuntimeHome,
  type WorkloadMember,
  type WorkloadObservation,
  type WorkloadSpec,
} from '../port.ts';
import { createCgroups, type Cgroups } from './cgroups.ts';
import { createLocalDisks } from './disks.ts';
import { describeHost, hostGpuPlaces, nodeName, readGpus, type GpuPlaces } from './host.ts';
import { readState, readUntrusted } from './job-state.ts';
import { launchJob, type LaunchDeps } from './launch-job.ts';
import { createLayout, isJobId, type Layout } from './layout.ts';
import { createMissingPrograms } from './missing-programs.ts';
import { giveOrder } from './orders.ts';
import { prepareJob, readSettings, type PrepareOptions } from './prepare.ts';
import { tailOf } from './tail.ts';
import { createVisits } from './visits.ts';
import { stateOf } from './workload-state.ts';

export interface LocalRuntimeOptions {
  /** Where jobs, disks and snapshots are kept; absolute. */
  readonly root: string;
  /** Where sshd of jobs listens, and what people are told to connect to. */
  readonly sshAddress: string;
  /** Directories of the server that no job may see, wherever they are. */
  readonly ownDirectories: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
  /** Other than this host's: tests have GPUs of paper. */
  readonly gpuPlaces?: GpuPlaces;
}

const adoptPollMs = 2_000;

interface Seen {
  readonly layout: Layout;
  readonly sshAddress: string;
  readonly cgroups: Cgroups;
}

/** What a job is, from its directory and its control groups alone. */
const observeJob = async (
  { layout, sshAddress, cgroups }: Seen,
  jobId: string,
): Promise<WorkloadObservation> => {
  const place = layout.job(jobId);
  const state = await stateOf(place);
  const settings = await readSettings(place);
  const members: readonly WorkloadMember[] =
    settings === undefined
      ? []
      : [
          {
            rank: 0,
            node: nodeName(),
            podName: null,
            podUid: null,
            host: sshAddress,
            sshPort: settings.sshPort,
          },
        ];
  const problem = readUntrusted(join(place.run, 'jupyter.failed'))?.trim() ?? null;
  const isOn = settings?.jupyterWanted === true && state.kind === 'running';
  return {
    jobId,
    profile: 'restricted',
    state,
    members,
    jupyter: {
      url: isOn && problem === null ? `http://127.0.0.1:${settings.jupyterPort}/lab` : null,
      error: isOn ? problem : null,
    },
    oomCount: cgroups.oomKills(jobId),
    lastOomAtMs: null,
  };
};

/** Ends a job, step by step: asked, then killed, then its directory goes. `forgotten` is told when that is so. */
const removeJob = async (
  { layout, cgroups }: Seen,
  jobId: string,
  graceSeconds: number,
  forgotten: () => void,
): Promise<void> => {
  const place = layout.job(jobId);
  const state = readState(place);
  if (state.kind === 'none' || state.kind === 'ended') {
    // The supervisor may be in them for a moment longer: then the next call finds them empty.
    if (!cgroups.remove(jobId)) return;
    forgotten();
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

const refusalOf = ({
  dockerfile,
  profile,
  requireKata,
  type,
}: Parameters<Runtime['refuses']>[0]): string | null => {
  if (dockerfile !== null)
    return 'A Dockerfile is built in a cluster with a builder; this server runs jobs on its own host';
  if (requireKata) return 'Kata containers are required here, and this host has no such runtime';
  if (type.vendor === 'amd' || type.vendor === 'intel') return `${type.gpuType} is offered in clusters alone`;
  return profile === 'profiling' ? 'The profiling profile is offered in clusters alone' : null;
};

const remarksOn = ({ image }: Pick<WorkloadSpec, 'image'>): readonly string[] =>
  image === null
    ? []
    : [`The image ${image} is not used: jobs on this host run with the programs of the host`];

/** The id of the directory that holds jobs and disks, made when it is first asked for. */
const homeOf = ({ root, homeId }: Layout): RuntimeHome => {
  mkdirSync(root, { recursive: true, mode: 0o700 });
  const made = `${homeId}.${randomUUID()}`;
  if (!existsSync(homeId)) {
    writeFileSync(made, randomUUID(), { mode: 0o600 });
    try {
      // Whole or not at all, and only the first of several processes.
      linkSync(made, homeId);
    } catch (error) {
      if (!existsSync(homeId)) throw error;
    } finally {
      rmSync(made, { force: true });
    }
  }
  return { id: readFileSync(homeId, 'utf8').trim(), name: nodeName() };
};

/** Prepares the job and starts it, once; switches its Jupyter where that is what changed. */
const ensureJob = async (
  launching: LaunchDeps,
  spec: WorkloadSpec,
  options: PrepareOptions,
): Promise<void> => {
  if (spec.placements.length !== 1)
    throw new RuntimeRefusal('This host is one node: a job of several nodes needs a cluster');
  const place = launching.layout.job(spec.jobId);
  const settings = await prepareJob(launching.layout, spec, options);
  const state = readState(place);
  if (state.kind === 'none') launchJob(launching, spec.jobId);
  // Whether it is ready is told by a file that the job can remove: no way to keep its doors open.
  if (state.kind !== 'running' || !(state.ready || spec.closed)) return;
  // Said again where it is so already: whoever wrote the settings may have died before it said so.
  await giveOrder(
    place,
    spec.jupyter.enabled ? ['jupyter-on', String(settings.jupyterPort), spec.jupyter.token] : ['jupyter-off'],
  );
  if (spec.closed) await giveOrder(place, ['logins-off']);
};

/** Who hears of jobs that changed. Jobs of an earlier server are no children of ours: their end is looked for. */
const createWatch = (layout: Layout) => {
  const listeners: ((jobId: string) => void)[] = [];
  const watched = new Set<string>();
  let watching: NodeJS.Timeout | undefined;
  const changed = (jobId: string): void => {
    for (const listener of listeners) listener(jobId);
  };
  return {
    watched,
    changed,
    listeners,
    start: async (): Promise<void> => {
      mkdirSync(layout.jobs, { recursive: true, mode: 0o700 });
      for (const name of await readdir(layout.jobs)) if (isJobId(name)) watched.add(name);
      watching = setInterval(() => {
        for (const jobId of watched) {
          if (readState(layout.job(jobId)).kind !== 'ended') continue;
          watched.delete(jobId);
          changed(jobId);
        }
      }, adoptPollMs);
      watching.unref();
    },
    stop: (): Promise<void> => {
      clearInterval(watching);
      return Promise.resolve();
    },
  };
};

/** Jobs on this host. What runs outlives the server: every fact about it is in its directory and in /proc. */
export const createLocalRuntime = (options: LocalRuntimeOptions): Runtime => {
  const { clock, log, sshAddress, ownDirectories, gpuPlaces = hostGpuPlaces } = options;
  const layout = createLayout(options.root);
  const isRoot = process.getuid?.() === 0;
  const watch = createWatch(layout);
  const missing = createMissingPrograms(clock);
  const cgroups = createCgroups();
  const seen: Seen = { layout, sshAddress, cgroups };
  const launching = { layout, clock, log, isRoot, changed: watch.changed };

  const ensure = async (spec: WorkloadSpec): Promise<void> => {
    const prepared = { isRoot, sshAddress, ownDirectories, cgroups, devices: gpuPlaces.devices };
    await ensureJob(launching, spec, { ...prepared, hostGpus: readGpus(gpuPlaces).length });
    watch.watched.add(spec.jobId);
  };

  return {
    name: 'local',
    ...createVisits(layout, gpuPlaces),
    onChange: (listener) => {
      watch.listeners.push(listener);
    },
    home: () => homeOf(layout),
    start: watch.start,
    stop: watch.stop,
    refuses: (spec) => missing() ?? refusalOf(spec),
    remarks: remarksOn,
    capacity: (types) =>
      Promise.resolve({
        nodes: [describeHost(types, readGpus(gpuPlaces), missing())],
        observedAtMs: clock.nowMs(),
      }),
    ensure,
    observe: ({ jobId }) => observeJob(seen, jobId),
    list: async () => {
      const names = (await readdir(layout.jobs)).filter(isJobId);
      return Promise.all(names.map((name) => observeJob(seen, name)));
    },
    remove: ({ jobId }, { graceSeconds }) =>
      removeJob(seen, jobId, graceSeconds, () => watch.watched.delete(jobId)),
    logs: ({ jobId }, { tailBytes }) => tailOf(layout.job(jobId).log, tailBytes),
    disks: createLocalDisks(layout, isRoot),
  };
};
