import type { JobStatus } from '@gpushield/contracts';

/** Another person whose keys open a job. */
export interface ExtraUser {
  readonly name: string;
  readonly githubUser: string | null;
  readonly sshKeys: readonly string[];
}

/** Where one rank was last seen. */
export interface ObservedMember {
  readonly rank: number;
  readonly node: string;
  readonly podName: string | null;
  /** Not in what was written before it was kept. */
  readonly podUid?: string | null;
  readonly host: string | null;
  readonly sshPort: number | null;
}

/** What the runtime last said of a job. */
export interface Observed {
  readonly members?: readonly ObservedMember[];
  readonly jupyterUrl?: string | null;
  readonly jupyterError?: string | null;
  readonly progress?: string;
  /** Of the specification that `ensure` was last called with. */
  readonly specHash?: string;
  /** The end that the job's people know of. */
  readonly toldExpiresAtMs?: number | null;
  /** Seconds of CPU at the last look, for idle detection. */
  readonly idleCpuSeconds?: number;
  readonly idleLookedAtMs?: number;
  readonly keysProblem?: string | undefined;
  /** How often it went back into the queue. */
  readonly requeues?: number;
  /** Since when nobody gets in, because its user was disabled. */
  readonly shutSinceMs?: number | undefined;
}

/** A job as the database has it. */
export interface JobRow {
  readonly id: string;
  readonly user_id: string;
  readonly username: string;
  readonly name: string | null;
  readonly gpu_type: string;
  readonly instance_type: string;
  readonly gpu_count: number;
  readonly nodes: number;
  readonly units: number;
  readonly duration_seconds: number;
  readonly image: string | null;
  readonly dockerfile: string | null;
  readonly command: string | null;
  readonly env_sealed: string | null;
  readonly disk_id: string | null;
  readonly github_user: string | null;
  readonly ssh_keys: readonly string[];
  readonly profile: 'restricted' | 'profiling';
  readonly require_kata: boolean;
  readonly preserve_entrypoint: boolean;
  readonly jupyter_wanted: boolean;
  readonly jupyter_token_sealed: string | null;
  readonly priority: number;
  readonly extra_users: readonly ExtraUser[];
  readonly cancel_requested_at: Date | null;
  readonly cancel_reason: string | null;
  readonly created_at: Date;
  readonly status: JobStatus;
  readonly status_detail: string | null;
  readonly status_since: Date;
  readonly preparing_at: Date | null;
  readonly started_at: Date | null;
  readonly expires_at: Date | null;
  readonly ended_at: Date | null;
  readonly released_at: Date | null;
  readonly exit_code: number | null;
  readonly observed: Observed;
  readonly warned_minutes: number | null;
  readonly oom_count: number;
  readonly last_oom_at: Date | null;
  readonly idle_since: Date | null;
  readonly idle_warned_at: Date | null;
  readonly attempts: number;
  readonly due_at: Date;
}

export interface AllocationRow {
  readonly job_id: string;
  readonly rank: number;
  readonly node: string;
  readonly gpu_type: string;
  readonly units: number;
  readonly device_ids: readonly string[];
}

/** The limits of a job's life; all of it the operator's to set. */
export interface LifeLimits {
  /** First duration of a job, and its life with every extension. */
  readonly maxHours: number;
  readonly maxTotalHours: number;
  readonly graceSeconds: number;
  /** Undefined: nobody is asked whether they are still there. */
  readonly idleMinutes: number | undefined;
}

/** Uses that a job made, for the ledger; the same job is told once. */
export interface GpuUse {
  readonly jobId: string;
  readonly userId: string;
  readonly username: string;
  readonly gpuType: string;
  readonly gpuSeconds: number;
  readonly startedAt: Date;
  readonly endedAt: Date;
}

/** What is known of those whose jobs these are. */
export interface Owners {
  /** Whether somebody may have jobs no more: disabled, or gone. */
  isShutOut(userId: string): Promise<boolean>;
  /** Told of users who changed; whoever was missed is found at the next look at their jobs. */
  onChange(listener: (userId: string) => void): void;
}

/** A job that is ended by nobody's request. */
export interface JobEnding {
  readonly jobId: string;
  readonly userId: string;
  readonly username: string;
  readonly reason: string;
}
