import { GithubUsername, JobAction, maxDurationHours } from '@gpushield/contracts';
import { Option, type Command } from 'commander';

import { Check } from 'typebox/value';
import { checked } from '../api/check.ts';
import { usageError } from '../cli-error.ts';
import { act, argument, numberBetween, type CommandContext, type CommandDeps } from '../context.ts';
import { fullTime } from '../listing.ts';
import { findJobId, jobPath } from './jobs.ts';
import { collect } from './request-options.ts';
import { sshKeysOf } from './request.ts';

interface EditOptions {
  readonly extend?: number;
  readonly enableJupyter?: boolean;
  readonly disableJupyter?: boolean;
  readonly addUser?: string;
  readonly sshKey?: readonly string[];
}

interface Change {
  readonly action: string;
  readonly body?: unknown;
}

const isGithubUser = (text: string): boolean => Check(GithubUsername, text);

const userToAdd = async (options: EditOptions): Promise<readonly Change[]> => {
  const { addUser: user, sshKey: paths } = options;
  if (user === undefined) {
    if (paths !== undefined) throw usageError('--ssh-key is whose?', 'Give --add-user NAME too.');
    return [];
  }
  const body =
    paths === undefined ? { github_username: user } : { username: user, ssh_keys: await sshKeysOf(paths) };
  if (paths === undefined && !isGithubUser(user)) throw usageError(`${user} is no name of a GitHub user`);
  return [{ action: 'users', body }];
};

const changesOf = async (options: EditOptions): Promise<readonly Change[]> => [
  ...(options.extend === undefined ? [] : [{ action: 'extend', body: { extension_hours: options.extend } }]),
  ...(options.enableJupyter === true ? [{ action: 'jupyter/enable' }] : []),
  ...(options.disableJupyter === true ? [{ action: 'jupyter/disable' }] : []),
  ...(await userToAdd(options)),
];

const edit = async (ctx: CommandContext, given: string | undefined, options: EditOptions): Promise<void> => {
  const changes = await changesOf(options);
  if (changes.length === 0)
    throw usageError('Change what?', 'Give --extend, --enable-jupyter, --disable-jupyter or --add-user.');
  const api = await ctx.api();
  const id = await findJobId(api, given);
  const done: unknown[] = [];
  for (const { action, body } of changes) {
    const raw = await api.send('POST', `${jobPath(id)}/${action}`, body);
    done.push(raw);
    if (ctx.out.json) continue;
    const { message, expires_at: ends } = checked(JobAction, raw);
    ctx.out.line(
      action === 'extend' && ends !== null ? `${message}; it ends ${fullTime(ctx, ends)}.` : `${message}.`,
    );
  }
  if (ctx.out.json) ctx.out.value(done);
};

export const addEditCommand = (program: Command, deps: CommandDeps): void => {
  act<EditOptions>(
    program
      .command('edit')
      .description('change a job that is open')
      .argument('[job]', 'id or name; your only open job when absent')
      .option('--extend <hours>', 'move its end; fractions are fine', numberBetween(1 / 60, maxDurationHours))
      .addOption(new Option('--enable-jupyter', 'start Jupyter Lab').conflicts('disableJupyter'))
      .option('--disable-jupyter', 'stop Jupyter Lab')
      .option('--add-user <name>', 'let another in by their keys at GitHub, or by --ssh-key')
      .option('--ssh-key <file>', 'public key file of the added user (again for more)', collect),
    deps,
    (ctx, input) => edit(ctx, input.args.length === 0 ? undefined : argument(input), input.options),
  );
};
