import { ApiKey, maxPageSize, Me } from '@gpushield/contracts';
import type { Command } from 'commander';
import { Type } from 'typebox';
import { checked } from '../api/check.ts';
import { errorFromAnswer } from '../api/problem.ts';
import { credentialsFrom } from '../api/session.ts';
import { usageError } from '../cli-error.ts';
import { isKey, type KeyCredentials, type SessionCredentials } from '../credentials/store.ts';
import { act, type CommandContext, type CommandDeps } from '../context.ts';
import { fullTime } from '../listing.ts';
import { obtainPassword, type PasswordOptions } from '../passwords.ts';

interface LoginOptions extends PasswordOptions {
  readonly username?: string;
}

const askUsername = async (ctx: CommandContext, given: string | undefined): Promise<string> => {
  if (given !== undefined) return given;
  if (!ctx.io.stdin.isTty)
    throw usageError('There is no terminal to ask for a user name on', 'Give --username.');
  return (await ctx.io.stdin.readLine('User name: ')).trim();
};

const login = async (ctx: CommandContext, options: LoginOptions): Promise<void> => {
  const url = await ctx.url();
  const username = await askUsername(ctx, options.username);
  const password = await obtainPassword(ctx, options, {
    variable: 'GPUSHIELD_PASSWORD',
    question: `Password of ${username} at ${url}`,
    isNew: false,
  });
  const transport = await ctx.transport();
  const answer = await transport({ method: 'POST', path: '/auth/login', body: { username, password } });
  if (answer.status !== 200) throw errorFromAnswer({ ...answer, signedIn: false, tool: ctx.tool });
  await ctx.store.write(credentialsFrom(url, answer.body, ctx.io.now()));
  if (ctx.out.json) ctx.out.value({ url, username });
  else ctx.out.line(`Signed in to ${url} as ${username}.`);
};

/** A key that was made for this machine alone is revoked; one that a person gave may serve elsewhere too. */
const endKey = async (ctx: CommandContext, key: KeyCredentials): Promise<void> => {
  if (key.source === 'given') return;
  const transport = await ctx.transport();
  const asked = { token: key.api_key, path: '/api/v1/keys' };
  const list = await transport({ ...asked, method: 'GET', query: { limit: maxPageSize } });
  // An ended key opens nothing any more: there is nothing to revoke.
  if (list.status === 401 || list.status === 403) return;
  if (list.status !== 200) throw errorFromAnswer({ ...list, signedIn: true, tool: ctx.tool });
  const mine = checked(Type.Object({ data: Type.Array(ApiKey) }), list.body).data.find(
    ({ key_prefix: prefix, revoked_at: revoked }) => revoked === null && key.api_key.startsWith(prefix),
  );
  if (mine === undefined) return;
  const gone = await transport({ ...asked, method: 'DELETE', path: `${asked.path}/${mine.id}` });
  if (gone.status >= 300) throw errorFromAnswer({ ...gone, signedIn: true, tool: ctx.tool });
};

const endSession = async (ctx: CommandContext, session: SessionCredentials): Promise<void> => {
  const transport = await ctx.transport();
  const answer = await transport({
    method: 'POST',
    path: '/auth/logout',
    body: { refresh_token: session.refresh_token },
    token: session.access_token,
  });
  if (answer.status >= 300 && answer.status !== 401)
    throw errorFromAnswer({ ...answer, signedIn: true, tool: ctx.tool });
};

export const logout = async (ctx: CommandContext): Promise<void> => {
  const credentials = await ctx.store.read().catch(() => undefined);
  if (credentials === undefined) {
    await ctx.store.remove();
    ctx.out.note('Nobody was signed in.');
    return;
  }
  // Credentials go to the server that gave them and to no other, whatever is configured by now.
  const there: CommandContext = { ...ctx, transport: () => ctx.transport(credentials.url) };
  // Whatever the server says, this machine forgets its tokens: that is what was asked for.
  try {
    await (isKey(credentials) ? endKey(there, credentials) : endSession(there, credentials));
  } catch (error) {
    ctx.out.warn(
      `The server could not be told (${error instanceof Error ? error.message : 'unknown error'}): its session ends by itself.`,
    );
  } finally {
    await ctx.store.remove();
  }
  ctx.out.note(`Signed out of ${credentials.url}.`);
};

const whoami = async (ctx: CommandContext): Promise<void> => {
  const raw = await (await ctx.api()).get('/api/v1/me');
  if (ctx.out.json) {
    ctx.out.value(raw);
    return;
  }
  const me = checked(Me, raw);
  ctx.out.pairs([
    ['server', await ctx.url()],
    ['user', me.username],
    ['id', me.id],
    ['signed in with', me.kind === 'api_key' ? 'API key' : me.kind],
    ['roles', me.roles.join(', ')],
    ['scopes', me.scopes.join(', ')],
    ['credential ends', fullTime(ctx, me.credential_expires_at)],
  ]);
};

export const addSessionCommands = (program: Command, deps: CommandDeps): void => {
  act<LoginOptions>(
    program
      .command('login')
      .description('sign in and keep the session for later commands')
      .option('--username <name>', 'who signs in; asked for when absent')
      .option('--password-stdin', 'read the password from standard input'),
    deps,
    (ctx, { options }) => login(ctx, options),
  );
  act(program.command('logout').description('end the session and forget it'), deps, logout);
  act(program.command('whoami').description('show who this command line is to the server'), deps, whoami);
};
