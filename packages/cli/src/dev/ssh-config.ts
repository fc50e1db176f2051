import { mkdir, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JobDetail } from '@gpushield/contracts';
import type { Command } from 'commander';
import { CliError } from '../cli-error.ts';
import { act, argument, confirm, type CommandContext, type CommandDeps } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { devHome } from './home.ts';
import { sshTarget } from './job-words.ts';
import { findJobId, getJob, openStatuses, ownJobs } from './jobs.ts';
import { writePrivately } from './settings.ts';

interface SshConfigOptions {
  readonly yes?: boolean;
  readonly print?: boolean;
}

const ending = '-sshconfig';

/** The host's name for ssh: ours, out of the id alone. */
export const hostAlias = (jobId: string): string => `gpu-dev-${jobId.slice(0, 8)}`;

/** A path for ssh's configuration, which takes no quote within quotes. */
const inQuotes = (path: string): string => {
  if (!/["\n\r\\%]/.test(path)) return `"${path}"`;
  throw new CliError({ title: `ssh cannot be told of a path like ${path}` });
};

/** What ssh needs to know of a job. Each job has its own host keys, whatever the address had before. */
export const sshConfigOf = (
  jobId: string,
  target: NonNullable<ReturnType<typeof sshTarget>>,
  knownHosts: string,
): string => `Host ${hostAlias(jobId)}
  HostName ${target.host}
  Port ${target.port}
  User ${target.user}
  HostKeyAlias ${hostAlias(jobId)}
  UserKnownHostsFile ${inQuotes(knownHosts)}
  StrictHostKeyChecking accept-new
`;

/** Files of jobs that are over go: their address may be somebody else's by now. */
const removeStale = async (home: string, open: readonly string[]): Promise<void> => {
  const known = new Set(open.map((id) => `${id.slice(0, 8)}${ending}`));
  for (const name of await readdir(home))
    if (/^[0-9a-f]{8}-sshconfig$/.test(name) && !known.has(name)) await rm(join(home, name), { force: true });
};

const readIfThere = async (path: string): Promise<string> => {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
};

/** One line at the top of ~/.ssh/config, where it holds for every host; once, and only when a person agrees. */
const include = async (ctx: CommandContext, options: SshConfigOptions): Promise<void> => {
  const folder = join(ctx.io.homeDirectory, '.ssh');
  const line = `Include ${inQuotes(join(devHome(ctx.io), `*${ending}`))}`;
  const path = join(folder, 'config');
  const text = await readIfThere(path);
  if (text.split(/\r?\n/).some((one) => one.trim() === line)) return;
  if (options.yes !== true && !ctx.io.stdin.isTty) {
    ctx.out.note(
      `For ssh by name, add this line at the top of ${path}, or run this again with --yes:\n${line}`,
    );
    return;
  }
  await confirm(ctx, options, `Add "${line}" at the top of ${path}?`);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // A link stays a link: what it points to is replaced.
  const real = await realpath(path).catch(() => path);
  await writePrivately(real, text === '' ? `${line}\n` : `${line}\n\n${text}`);
  ctx.out.note(`${path} includes the hosts of gpu-dev now.`);
};

const unreachable = (job: JobDetail): CliError =>
  new CliError({
    title: job.status === 'active' ? 'The job has no ssh' : `The job is ${job.status}`,
    detail: job.status_detail ?? undefined,
    remediation: `A shell without ssh: \`gpu-dev connect ${job.job_id.slice(0, 8)}\``,
    exitCode: exitCodes.conflict,
  });

const getSshConfig = async (
  ctx: CommandContext,
  given: string | undefined,
  options: SshConfigOptions,
): Promise<void> => {
  const api = await ctx.api();
  const job = await getJob(api, await findJobId(api, given, ['active']));
  const target = sshTarget(job);
  if (target === undefined) throw unreachable(job);
  const home = devHome(ctx.io);
  const text = sshConfigOf(job.job_id, target, join(home, 'known_hosts'));
  const path = join(home, `${job.job_id.slice(0, 8)}${ending}`);
  if (options.print === true) {
    ctx.io.stdout.write(text);
    return;
  }
  await writePrivately(path, text);
  const open = await ownJobs(api, openStatuses);
  await removeStale(home, [job.job_id, ...open.map(({ job_id: id }) => id)]);
  await include(ctx, options);
  const alias = hostAlias(job.job_id);
  if (ctx.out.json) return ctx.out.value({ job_id: job.job_id, host: alias, path });
  ctx.out.pairs([
    ['ssh', `ssh ${alias}`],
    ['without the include', `ssh -F ${path} ${alias}`],
    ['VS Code', `code --remote ssh-remote+${alias} /home/${target.user}`],
  ]);
};

export const addSshConfigCommand = (program: Command, deps: CommandDeps): void => {
  act<SshConfigOptions>(
    program
      .command('get-ssh-config')
      .description('tell ssh (and VS Code) of an active job by name')
      .argument('[job]', 'id or name; your only active job when absent')
      .option('-y, --yes', 'change ~/.ssh/config without asking')
      .option('--print', 'print it; write nothing'),
    deps,
    (ctx, input) => getSshConfig(ctx, input.args.length === 0 ? undefined : argument(input), input.options),
  );
};
