import type { Duplex } from 'node:stream';

/*
 * What runs jobs and keeps disks. The reservations domain decides (who gets which devices of which node, when a job
 * ends); a runtime only makes it so, and says what it sees. Every method may be called again after a crash at any line
 * and must then do nothing more than what is still missing.
 */

/** Devices of one type on one node. */
export interface RuntimePool {
  /** A type of the operator's table. */
  readonly gpuType: string;
  /** GPUs, MIG devices, or slots of a CPU type. */
  readonly total: number;
  /** Taken by what is not ours: other pods, other programs. Ours are counted by their allocations. */
  readonly usedByOthers: number;
  /** The devices' ids where the runtime tells them apart (local); null where something else picks (Kubernetes). */
  readonly deviceIds: readonly string[] | null;
  /** The device ids of `usedByOthers`; only with `deviceIds`. */
  readonly foreignDeviceIds?: readonly string[];
}

export interface RuntimeNode {
  readonly name: string;
  readonly ready: boolean;
  /** Why it takes no jobs (not ready, cordoned in the cluster, tainted); null when it does. */
  readonly unschedulableReason: string | null;
  readonly pools: readonly RuntimePool[];
  /** What the node really has, for the shares of a job. */
  readonly cpuMillis: number;
  readonly memoryMib: number;
}

export interface CapacityReport {
  readonly nodes: readonly RuntimeNode[];
  /** Wall time, milliseconds, of what is told. */
  readonly observedAtMs: number;
}

/** The row of the operator's table that a job's type has. */
export interface WorkloadType {
  readonly gpuType: string;
  readonly kind: 'gpu' | 'mig' | 'cpu';
  readonly vendor: 'nvidia' | 'amd' | 'intel' | 'none';
  readonly gpusPerNode: number;
  readonly slotsPerNode: number;
  readonly resourceName: string | null;
  readonly nodeLabels: Readonly<Record<string, string>>;
  readonly runtimeClass: string | null;
}

/** Where one of a job's nodes was placed. */
export interface WorkloadPlacement {
  /** From 0. */
  readonly rank: number;
  readonly node: string;
  /** GPUs, MIG devices, or slots of a CPU type. */
  readonly units: number;
  readonly deviceIds: readonly string[];
}

export interface WorkloadUser {
  /** As it is shown. */
  readonly name: string;
  /** Public keys in OpenSSH's form, all of whatever type. */
  readonly sshKeys: readonly string[];
}

/** `profiling`: what profilers need besides, for users whom an operator allowed it. */
export type WorkloadProfile = 'restricted' | 'profiling';

/** A job as a runtime sees it: everything that is needed to run it, and nothing that changes under it. */
export interface WorkloadSpec {
  readonly jobId: string;
  readonly userId: string;
  readonly username: string;
  readonly name: string | null;
  readonly type: WorkloadType;
  readonly placements: readonly WorkloadPlacement[];
  /** Of each node: GPUs; 0 for CPU types. */
  readonly gpuCount: number;
  readonly image: string | null;
  readonly dockerfile: string | null;
  /** A shell command; null: the job is there to be logged in to. */
  readonly command: string | null;
  /** The user's variables. RESERVATION_ID and the like are the runtime's to set, after these. */
  readonly env: Readonly<Record<string, string>>;
  readonly preserveEntrypoint: boolean;
  readonly profile: WorkloadProfile;
  readonly requireKata: boolean;
  /** The disk that becomes the home; null: a home that ends with the job. */
  readonly diskId: string | null;
  /** The owner first. */
  readonly users: readonly WorkloadUser[];
  /** Nobody may come in any more, and whoever is in by SSH or Jupyter is to go: its user was disabled. */
  readonly closed: boolean;
  readonly jupyter: { readonly enabled: boolean; readonly token: string };
  /** When it will end as things stand, for the job's own eyes (GPU_DEV_EXPIRES_AT). Extensions change it. */
  readonly expiresAtMs: number | null;
}

/** Wants the job's workload as `ensure` got it; every change of it (users, Jupyter) is another `ensure`. */
export interface WorkloadRef {
  readonly jobId: string;
  /** A runtime may keep jobs of another profile in another place. */
  readonly profile: WorkloadProfile;
}

/** How one node of a job stands. */
export interface WorkloadMember {
  readonly rank: number;
  readonly node: string;
  readonly podName: string | null;
  /** What the cluster knows its pod by, and nothing else ever; null where there are no pods. */
  readonly podUid: string | null;
  /** Address and port of sshd; null where there is none (yet). */
  readonly host: string | null;
  readonly sshPort: number | null;
}

/**
 * What a runtime sees of a job.
 * `absent`: there is nothing of it, for certain. `unknown`: it cannot be said now, and nobody may conclude anything.
 * `starting`: being made; `progress` says in words how far. `running`: made, and its GPUs answer from the inside.
 * `ended`: its command or main process is over. `failed`: it will not start, or was ended from outside; `reason` is for
 * the user (OOM, eviction, image pull, unschedulable). `ending`: removal is under way.
 */
export type WorkloadState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly reason: string }
  | { readonly kind: 'starting'; readonly progress: string }
  | { readonly kind: 'running' }
  | { readonly kind: 'ended'; readonly exitCode: number | null }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** True: what the job asks for could still work elsewhere or later (a node that went away, capacity taken). */
      readonly requeue: boolean;
    }
  | { readonly kind: 'ending' };

export interface WorkloadObservation extends WorkloadRef {
  readonly state: WorkloadState;
  readonly members: readonly WorkloadMember[];
  readonly jupyter: { readonly url: string | null; readonly error: string | null };
  /** Out-of-memory kills since the workload began. */
  readonly oomCount: number;
  readonly lastOomAtMs: number | null;
}

/** Signs of life from the last look back to `sinceMs`. Null: this runtime cannot tell, and the sign counts as life. */
export interface WorkloadActivity {
  readonly sshSessions: number | null;
  readonly terminalSessions: number | null;
  readonly jupyterKernelsBusy: number | null;
  /** Seconds of CPU that the job's processes used since the last look. */
  readonly cpuSeconds: number | null;
  /** Percent, the busiest GPU. */
  readonly gpuUtilization: number | null;
}

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

/** A shell in the job. `stream` carries its bytes both ways; ending the stream hangs the shell up. */
export interface TerminalSession {
  readonly stream: Duplex;
  resize(size: TerminalSize): void;
  /** Settles when the shell is over; null: its exit code is not known. Never rejects. */
  readonly exited: Promise<number | null>;
  /** Hangs up at once. Idempotent. */
  close(): void;
}

export interface DiskRef {
  readonly diskId: string;
  readonly userId: string;
  readonly sizeGb: number;
}

/** `pending`: begun, and to be asked again. `failed`: for good, for the user to read. */
export type DiskProgress<Done extends object = object> =
  | ({ readonly kind: 'done' } & Done)
  | { readonly kind: 'pending'; readonly progress: string }
  | { readonly kind: 'failed'; readonly reason: string };

export interface RuntimeDisks {
  /** Makes the disk where there is none: empty, or with what the snapshot holds. */
  ensure(disk: DiskRef, fromSnapshotId: string | null): Promise<DiskProgress>;
  /** Copies the disk as it is now under the snapshot's id. Only for disks that no job writes to. */
  snapshot(disk: DiskRef, snapshotId: string): Promise<DiskProgress<{ readonly sizeBytes: number | null }>>;
  /**
   * What a snapshot that was just made holds, as a tree in text of at most `maxBytes`; null where nobody can look inside.
   * Rejects where it can be asked again.
   */
  listContent(
    disk: DiskRef,
    snapshotId: string,
    maxBytes: number,
  ): Promise<DiskProgress<{ readonly content: string | null }>>;
  removeSnapshot(disk: DiskRef, snapshotId: string): Promise<DiskProgress>;
  /** Destroys the disk and everything on it. Its snapshots are removed one by one before. */
  remove(disk: DiskRef): Promise<DiskProgress>;
}

/** The one place where a runtime's jobs and disks are. */
export interface RuntimeHome {
  /** A UUID, the same for as long as what is there is the same. */
  readonly id: string;
  /** For people: the host's name. */
  readonly name: string;
}

/** Refuses for good what this runtime cannot do; the text is for the user, with the way out. */
export class RuntimeRefusal extends Error {
  readonly kind = 'runtime_refusal';

  constructor(message: string) {
    super(message);
    this.name = 'RuntimeRefusal';
  }
}

/**
 * The port. Implementations: `runtime/local` (this host, bubblewrap) and `runtime/kubernetes`. Methods reject with
 * `RuntimeRefusal` for what will never work, and with anything else for what may work later.
 */
export interface Runtime {
  /** `local`, `kubernetes`: also the key of its capacity in the database. */
  readonly name: string;
  /**
   * Where its jobs are, where that is one place that no other host reaches: a process elsewhere must not drive them.
   * Without it any number of processes may (Kubernetes). Called after `start`.
   */
  home?(): RuntimeHome;
  /** Begins to watch; adopts what is already running. Resolves before everything is known. */
  start(): Promise<void>;
  /** Lets go without ending any job. */
  stop(): Promise<void>;
  /** Tells of jobs whose observation may have changed, so that nobody waits for the next look. Called before `start`. */
  onChange(listener: (jobId: string) => void): void;
  /** Refuses at submit what can never run here (an image where there are no containers …); null: fine. */
  refuses(
    spec: Pick<WorkloadSpec, 'image' | 'dockerfile' | 'profile' | 'requireKata' | 'type'> & {
      /** Whether it wants a disk that outlives it. */
      readonly disk: boolean;
    },
  ): string | null;
  /** What is taken and yet not done here, for the answer of a submission: the user must not find out from the job. */
  remarks?(spec: Pick<WorkloadSpec, 'image'>): readonly string[];
  /** Nodes and devices. Rejects when the cluster cannot be asked: then the last report stands, and says its age. */
  capacity(types: readonly WorkloadType[]): Promise<CapacityReport>;
  /** Makes the workload what the spec says. Returns soon; how far it is comes from `observe`. */
  ensure(spec: WorkloadSpec): Promise<void>;
  observe(ref: WorkloadRef): Promise<WorkloadObservation>;
  /** Everything of ours that is there, for finding orphans and for one look at all. Rejects when it cannot be said. */
  list(): Promise<readonly WorkloadObservation[]>;
  /** Ends the workload: SIGTERM now, SIGKILL after `graceSeconds`. Done when `observe` says `absent`. */
  remove(ref: WorkloadRef, options: { readonly graceSeconds: number }): Promise<void>;
  /** The last `tailBytes` of what the command or main process wrote. */
  logs(ref: WorkloadRef, options: { readonly rank: number; readonly tailBytes: number }): Promise<string>;
  /** A shell inside. Rejects with `RuntimeRefusal` where the job has no such rank or runs no more. */
  terminal(
    ref: WorkloadRef,
    options: { readonly rank: number; readonly size: TerminalSize; readonly signal: AbortSignal },
  ): Promise<TerminalSession>;
  /**
   * Tells whoever is logged in: a wall message where there is one, and a file of this name in the home
   * (`WARN_EXPIRES_IN_5MIN.txt`). `clear` removes files of this pattern's prefix first.
   */
  notify(
    ref: WorkloadRef,
    note: { readonly message: string; readonly fileName: string | null; readonly clearPrefix: string | null },
  ): Promise<void>;
  /** For idle detection; asked once per interval. */
  activity(ref: WorkloadRef): Promise<WorkloadActivity>;
  /** Facts for `debug`: events, conditions, limits. Nothing secret. */
  describe(ref: WorkloadRef): Promise<Readonly<Record<string, unknown>>>;
  readonly disks: RuntimeDisks;
}
