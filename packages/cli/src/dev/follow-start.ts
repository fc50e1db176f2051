import type { JobDetail } from '@gpushield/contracts';
import type { Api } from '../api/client.ts';
import type { CommandContext } from '../context.ts';
import { progressOf, type Progress } from './job-words.ts';
import { getJob, isFinal } from './jobs.ts';
import { patient } from './patience.ts';

const quickMs = 1000;
const slowMs = 3000;
/** Looks at the quick pace while a job waits in line; a longer wait is looked at less often. */
const quickLooks = 20;
/** Jupyter takes longer than the job; it is not waited for without end. */
const jupyterLooks = 60;

const isReady = (job: JobDetail): boolean =>
  !job.jupyter_enabled || job.jupyter_url !== null || job.jupyter_error !== null;

const elapsed = (ms: number): string => {
  const seconds = Math.floor(ms / 1000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
};

/** Says what the job waits for: on a terminal in a line that changes, below its reasons; elsewhere a line for each change. */
const teller = (ctx: CommandContext): ((progress: Progress) => void) => {
  const startedMs = ctx.io.now();
  let last = '';
  const onTerminal = ({ state, why }: Progress): void => {
    if (why !== last && why !== '') ctx.out.note(why);
    last = why;
    ctx.out.progress(`${state} (${elapsed(ctx.io.now() - startedMs)})`);
  };
  const inLines = ({ state, why }: Progress): void => {
    const words = why === '' ? state : `${state}: ${why}`;
    if (words !== last) ctx.out.note(words);
    last = words;
  };
  return ctx.io.stderr.isTty ? onTerminal : inLines;
};

/** Waits until a job is active (with its Jupyter, where it has one) or over, and says how far it is. */
export const followStart = async (
  ctx: CommandContext,
  api: Api,
  id: string,
  signal: AbortSignal,
): Promise<JobDetail> => {
  const tell = teller(ctx);
  const patiently = patient(ctx);
  let activeLooks = 0;
  for (let look = 1; ; look += 1) {
    const job = await patiently(() => getJob(api, id), signal);
    const active = job.status === 'active';
    if (isFinal(job.status) || (active && (isReady(job) || activeLooks >= jupyterLooks))) {
      ctx.out.progress('');
      return job;
    }
    if (active) activeLooks += 1;
    tell(active ? { state: 'It runs; Jupyter is starting', why: '' } : progressOf(job, ctx.io.now()));
    await ctx.io.sleep(job.status === 'queued' && look > quickLooks ? slowMs : quickMs, signal);
  }
};
