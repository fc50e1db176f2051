import type { JobDetail, JobStatus, JobSummary } from '@gpushield/contracts';
import type { CommandContext } from '../context.ts';
import { fullTime, type RowTools } from '../listing.ts';
import type { Column, Pair } from '../output.ts';
import type { Colour } from '../text/paint.ts';
import { estimateWords, sizeWords, sshTarget } from './job-words.ts';

const colours: Readonly<Partial<Record<JobStatus, Colour>>> = {
  active: 'green',
  preparing: 'cyan',
  queued: 'yellow',
  failed: 'red',
};
const soonMs = 30 * 60_000;

export const paintStatus = (ctx: CommandContext, status: JobStatus, text: string): string => {
  const colour = colours[status];
  return colour === undefined ? text : ctx.out.paint(colour, text);
};

const endsSoon = (ctx: CommandContext, job: JobSummary): boolean =>
  job.status === 'active' && job.expires_at !== null && Date.parse(job.expires_at) - ctx.io.now() < soonMs;

/** When it ends, ended, or starts. */
const whenCell = (job: JobSummary, { ago }: RowTools): string => {
  if (job.ended_at !== null) return `ended ${ago(job.ended_at)}`;
  if (job.expires_at !== null) {
    const end = ago(job.expires_at);
    // In its grace it runs on for a moment, and an extension still saves it.
    return end.startsWith('in ') ? `ends ${end}` : 'time is over';
  }
  if (job.estimated_start_time !== null) return `starts ${ago(job.estimated_start_time)}`;
  return '-';
};

export interface JobColumnsWanted {
  /** Another column for whose job it is. */
  readonly users: boolean;
  readonly details: boolean;
}

export const jobColumns = (
  ctx: CommandContext,
  tools: RowTools,
  wanted: JobColumnsWanted,
): readonly Column<JobSummary>[] => [
  { header: 'ID', cell: ({ job_id: id }) => tools.short(id) },
  { header: 'NAME', cell: ({ name }) => name ?? '-', shrinkTo: 10 },
  ...(wanted.users ? [{ header: 'USER', cell: ({ user_id: user }: JobSummary) => user }] : []),
  {
    header: 'STATUS',
    cell: ({ status }) => status,
    paint: ({ status }, text) => paintStatus(ctx, status, text),
  },
  { header: 'WHAT', cell: sizeWords },
  {
    header: 'WHEN',
    cell: (job) => whenCell(job, tools),
    paint: (job, text) => (endsSoon(ctx, job) ? ctx.out.paint('red', text) : text),
  },
  { header: 'DISK', cell: ({ disk_name: disk }) => disk ?? '-' },
  ...(wanted.details
    ? [
        { header: 'NODE', cell: ({ node }: JobSummary) => node ?? '-' },
        { header: 'GPU HOURS', cell: ({ gpu_hours: hours }: JobSummary) => String(hours) },
        { header: 'DETAIL', cell: ({ status_detail: detail }: JobSummary) => detail ?? '-', shrinkTo: 20 },
      ]
    : []),
];

/** How to get in: what a person copies. */
export const accessPairs = (job: JobDetail): readonly Pair[] => {
  const ssh = sshTarget(job);
  return [
    ...(job.status === 'active' ? [['shell', `gpu-dev connect ${job.job_id.slice(0, 8)}`] as const] : []),
    ...(ssh === undefined ? [] : [['ssh', `ssh -p ${ssh.port} ${ssh.user}@${ssh.host}`] as const]),
    ...(job.jupyter_url === null ? [] : [['jupyter', job.jupyter_url] as const]),
    ...(job.jupyter_token === null ? [] : [['jupyter token', job.jupyter_token] as const]),
    ...(job.jupyter_error === null ? [] : [['jupyter problem', job.jupyter_error] as const]),
  ];
};

export const jobPairs = (ctx: CommandContext, job: JobDetail): readonly Pair[] => [
  ['job', job.job_id],
  ['name', job.name],
  ['user', job.user_id],
  ['status', job.status],
  ['detail', job.status_detail],
  ['what', sizeWords(job)],
  ['node', job.node],
  ['GPUs', job.gpu_ids.join(', ')],
  ['disk', job.disk_name],
  ['image', job.image],
  ['hours', job.duration_hours],
  ['created', fullTime(ctx, job.created_at)],
  ['started', fullTime(ctx, job.started_at)],
  [job.ended_at === null ? 'ends' : 'ended', fullTime(ctx, job.ended_at ?? job.expires_at)],
  ['exit code', job.exit_code],
  ['GPU hours', job.gpu_hours],
  ...(job.estimate === null ? [] : [['estimate', estimateWords(job.estimate, ctx.io.now())] as const]),
  ['also let in', job.extra_users.join(', ')],
  ...accessPairs(job),
];

/** What its people should know now: an end that is near, kills for memory. */
export const sayWarnings = (ctx: CommandContext, job: JobDetail): void => {
  for (const warning of job.warnings) ctx.out.warn(`Warning: ${warning}.`);
};
