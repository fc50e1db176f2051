import { Me } from '@gpushield/contracts';
import type { Command } from 'commander';
import { checked } from '../api/check.ts';
import { errorFromAnswer } from '../api/problem.ts';
import { credentialsFrom } from '../api/session.ts';
import { CliError, usageError } from '../cli-error.ts';
import { logout } from '../commands/session.ts';
import { act, type CommandContext, type CommandDeps } from '../context.ts';
import type { Credentials, KeyCredentials } from '../credentials/store.ts';
import { fullTime } from '../listing.ts';
import { obtainPassword, type PasswordOptions } from '../passwords.ts';
import { readSettings, type Settings } from './settings.ts';
import { awsChoice, signInWithAws } from './sign-in/aws.ts';
import { signInByDevice } from './sign-in/device.ts';

interface LoginOptions extends PasswordOptions {
  readonly username?: string;
  readonly token?: boolean;
  readonly aws?: boolean;
  readonly profile?: string;
  readonly region?: string;
  readonly audience?: string;
  readonly device?: boolean;
}

const maxTokenBytes = 4096;

const askUsername = async (ctx: CommandContext, given: string | undefined): Promise<string> => {
  if (given !== undefined) return given;
  if (!ctx.io.stdin.isTty)
    throw usageError('There is no terminal to ask for a user name on', 'Give --username.');
  return (await ctx.io.stdin.readLine('User name: ')).trim();
};

const byPassword = async (
  ctx: CommandContext,
  options: LoginOptions,
  settings: Settings,
): Promise<Credentials> => {
  const url = await ctx.url();
  const username = await askUsername(ctx, options.username ?? settings.username);
  const password = await obtainPassword(ctx, options, {
    variable: 'GPU_DEV_PASSWORD',
    question: `Password of ${username} at ${url}`,
    isNew: false,
  });
  const transport = await ctx.transport();
  const answer = await transport({ method: 'POST', path: '/auth/login', body: { username, password } });
  if (answer.status !== 200) throw errorFromAnswer({ ...answer, signedIn: false, tool: ctx.tool });
  return credentialsFrom(url, answer.body, ctx.io.now());
};

/** A key from standard input, or typed without echo: never from the command line, which others can see. */
const readToken = async (ctx: CommandContext): Promise<string> => {
  const text = ctx.io.stdin.isTty
    ? await ctx.io.stdin.readSecret('API key: ')
    : await ctx.io.stdin.readAll(maxTokenBytes);
  const token = text.trim();
  if (!/^[\x21-\x7e]+$/.test(token))
    throw usageError('That is no API key', 'Pipe one in: gpu-dev login --token < file.');
  return token;
};

const byToken = async (ctx: CommandContext): Promise<KeyCredentials> => {
  const token = await readToken(ctx);
  const transport = await ctx.transport();
  const answer = await transport({ method: 'GET', path: '/api/v1/me', token });
  if (answer.status !== 200) throw errorFromAnswer({ ...answer, signedIn: true, tool: ctx.tool });
  const { credential_expires_at: expires } = checked(Me, answer.body);
  return { url: await ctx.url(), api_key: token, expires, source: 'given' };
};

/** Who this is to the server, once the credential is kept. */
const sayWho = async (ctx: CommandContext): Promise<void> => {
  const me = checked(Me, await (await ctx.api()).get('/api/v1/me'));
  const url = await ctx.url();
  if (ctx.out.json) {
    ctx.out.value({ url, username: me.username, expires_at: me.credential_expires_at });
    return;
  }
  const ends = me.credential_expires_at === null ? '' : `; ends ${fullTime(ctx, me.credential_expires_at)}`;
  ctx.out.line(`Signed in to ${url} as ${me.username ?? me.id}${ends}.`);
  if (!me.scopes.some((scope) => scope.startsWith('jobs:write')))
    ctx.out.warn('This account may not reserve anything: it needs the role researcher.');
};

const signIn = async (ctx: CommandContext, options: LoginOptions): Promise<Credentials> => {
  const settings = await readSettings(ctx.io);
  const { profile, region, audience } = options;
  const ways = (['token', 'aws', 'device'] as const).filter((way) => options[way] === true);
  if (ways.length > 1) throw usageError(`--${ways.join(' and --')} are different ways to sign in`);
  const typed = options.username !== undefined || options.passwordStdin === true;
  switch (ways[0] ?? (typed ? 'password' : settings.login)) {
    case 'token':
      return byToken(ctx);
    case 'device':
      return signInByDevice(ctx);
    case 'aws': {
      const { aws_profile: keptProfile, aws_region: keptRegion, aws_audience: keptAudience } = settings;
      return signInWithAws(
        ctx,
        awsChoice(ctx, {
          profile: profile ?? keptProfile,
          region: region ?? keptRegion,
          audience: audience ?? keptAudience,
        }),
      );
    }
    default:
      return byPassword(ctx, options, settings);
  }
};

const login = async (ctx: CommandContext, options: LoginOptions): Promise<void> => {
  if ((ctx.io.env[ctx.tool.keyVariable] ?? '') !== '')
    throw new CliError({
      title: `${ctx.tool.keyVariable} is set and goes before any sign-in`,
      remediation: 'Unset it, then sign in.',
    });
  await ctx.store.write(await signIn(ctx, options));
  await sayWho(ctx);
};

export const addLoginCommands = (program: Command, deps: CommandDeps): void => {
  act<LoginOptions>(
    program
      .command('login')
      .description('sign in and keep the session: by name and password when nothing else is said')
      .option('--username <name>', 'who signs in; asked for when absent')
      .option('--password-stdin', 'read the password from standard input')
      .option('--aws', 'by AWS identity: a signature is sent, never a secret')
      .option('--profile <name>', 'of ~/.aws, with --aws')
      .option('--region <region>', 'that the login is signed for, with --aws (else AWS_REGION, us-east-1)')
      .option('--audience <name>', 'the installation that the login is signed for, with --aws (gpushield)')
      .option('--device', 'by approving this machine in a browser elsewhere')
      .option('--token', 'keep an API key, read from standard input'),
    deps,
    (ctx, { options }) => login(ctx, options),
  );
  act(program.command('logout').description('end the session and forget it'), deps, logout);
};
