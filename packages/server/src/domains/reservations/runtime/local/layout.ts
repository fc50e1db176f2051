import { join } from 'node:path';
import { uuidPattern } from '@gpushield/contracts';

/** Ids become names of directories: nothing but a UUID may. Throws `RangeError`. */
const safe = (id: string): string => {
  if (!uuidPattern.test(id)) throw new RangeError('An id of a job or disk is a UUID');
  return id;
};

/** Where one job keeps what. `run` and `home` are the job's to write, everything else is the server's alone. */
export interface JobPlace {
  readonly dir: string;
  /** Read-only inside: keys, the command, the pipe of orders, sockets of terminals. */
  readonly control: string;
  readonly run: string;
  readonly home: string;
  readonly log: string;
  readonly settings: string;
  readonly sandboxArguments: string;
  /** Files that the supervisor writes its number to, one a line. */
  readonly cgroups: string;
  /** Made by the supervisor before anything else: what is there was started, once. */
  readonly started: string;
  readonly supervisor: string;
  readonly info: string;
  readonly exit: string;
}

export interface Layout {
  readonly root: string;
  /** Who this directory is, wherever it is mounted and whatever its host is called. */
  readonly homeId: string;
  readonly jobs: string;
  job(jobId: string): JobPlace;
  disk(diskId: string): string;
  snapshot(diskId: string, snapshotId: string): string;
  snapshotsOf(diskId: string): string;
}

export const createLayout = (root: string): Layout => ({
  root,
  homeId: join(root, 'home-id'),
  jobs: join(root, 'jobs'),
  job: (jobId) => {
    const dir = join(root, 'jobs', safe(jobId));
    return {
      dir,
      control: join(dir, 'ctl'),
      run: join(dir, 'run'),
      home: join(dir, 'home'),
      log: join(dir, 'log'),
      settings: join(dir, 'settings.json'),
      sandboxArguments: join(dir, 'sandbox.args'),
      cgroups: join(dir, 'cgroups'),
      started: join(dir, 'started'),
      supervisor: join(dir, 'supervisor'),
      info: join(dir, 'info.json'),
      exit: join(dir, 'exit'),
    };
  },
  disk: (diskId) => join(root, 'disks', safe(diskId)),
  snapshotsOf: (diskId) => join(root, 'snapshots', safe(diskId)),
  snapshot: (diskId, snapshotId) => join(root, 'snapshots', safe(diskId), safe(snapshotId)),
});

export const isJobId = (text: string): boolean => uuidPattern.test(text);
