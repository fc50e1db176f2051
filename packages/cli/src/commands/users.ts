import { User, roles } from '@gpushield/contracts';
import { Option, type Command } from 'commander';
import { checked } from '../api/check.ts';
import { resolveId, type Kind } from '../api/resolve-id.ts';
import { act, argument, confirm, type CommandContext, type CommandDeps } from '../context.ts';
import { fullTime, printListing, withLimit, type ListOptions, type ListingView } from '../listing.ts';
import { obtainPassword, type PasswordOptions } from '../passwords.ts';

const path = '/api/v1/users';
const kind: Kind = { noun: 'user', path, nameFields: ['username'] };

const listing: ListingView<typeof User> = {
  schema: User,
  empty: 'There are no users.',
  columns: ({ short, ago }) => [
    { header: 'ID', cell: (user) => short(user.id) },
    { header: 'USERNAME', cell: (user) => user.username, shrinkTo: 12 },
    { header: 'ROLES', cell: (user) => user.roles.join(','), shrinkTo: 10 },
    { header: 'STATE', cell: (user) => (user.disabled ? 'disabled' : 'enabled') },
    { header: 'LAST LOGIN', cell: (user) => ago(user.last_login_at) },
    { header: 'EMAIL', cell: (user) => user.email ?? '-', shrinkTo: 8 },
  ],
};

const show = (ctx: CommandContext, raw: unknown): void => {
  if (ctx.out.json) {
    ctx.out.value(raw);
    return;
  }
  const user = checked(User, raw);
  ctx.out.pairs([
    ['id', user.id],
    ['username', user.username],
    ['email', user.email],
    ['roles', user.roles.join(', ')],
    ['state', user.disabled ? 'disabled' : 'enabled'],
    ['last login', fullTime(ctx, user.last_login_at)],
    ['created', fullTime(ctx, user.created_at)],
    ['changed', fullTime(ctx, user.updated_at)],
  ]);
};

const change = async (
  ctx: CommandContext,
  given: string,
  body: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const api = await ctx.api();
  show(ctx, await api.send('PATCH', `${path}/${await resolveId(api, kind, given)}`, body));
};

interface CreateOptions extends PasswordOptions {
  readonly role: readonly string[];
  readonly email?: string;
}

const newPassword = (ctx: CommandContext, options: PasswordOptions, username: string): Promise<string> =>
  obtainPassword(ctx, options, {
    variable: 'GPUSHIELD_NEW_PASSWORD',
    question: `New password of ${username}`,
    isNew: true,
  });

const roleOption = (): Option =>
  new Option('--role <role...>', 'one or more roles').choices([...roles]).makeOptionMandatory();

const addChanges = (users: Command, deps: CommandDeps): void => {
  act<{ yes?: boolean }>(
    users
      .command('disable')
      .description('end a user’s sessions and refuse new ones')
      .argument('<user>', 'username or id')
      .option('--yes', 'do not ask'),
    deps,
    async (ctx, input) => {
      await confirm(ctx, input.options, `Disable ${argument(input)}?`);
      await change(ctx, argument(input), { disabled: true });
    },
  );
  act(
    users.command('enable').description('let a disabled user in again').argument('<user>', 'username or id'),
    deps,
    (ctx, input) => change(ctx, argument(input), { disabled: false }),
  );
  act<{ role: readonly string[] }>(
    users
      .command('set-roles')
      .description('replace a user’s roles')
      .argument('<user>', 'username or id')
      .addOption(roleOption()),
    deps,
    (ctx, input) => change(ctx, argument(input), { roles: input.options.role }),
  );
  act<PasswordOptions>(
    users
      .command('set-password')
      .description('give a user a new password (asked for, or GPUSHIELD_NEW_PASSWORD)')
      .argument('<user>', 'username or id')
      .option('--password-stdin', 'read the password from standard input'),
    deps,
    async (ctx, input) =>
      change(ctx, argument(input), { password: await newPassword(ctx, input.options, argument(input)) }),
  );
};

export const addUserCommands = (program: Command, deps: CommandDeps): void => {
  const users = program.command('users').description('people who may sign in');
  act<ListOptions>(
    withLimit(users.command('list').description('list users')),
    deps,
    async (ctx, { options }) =>
      printListing(ctx, await (await ctx.api()).list(path, {}, options.limit), listing),
  );
  act(
    users.command('show').description('show one user').argument('<user>', 'username or id'),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      show(ctx, await api.get(`${path}/${await resolveId(api, kind, argument(input))}`));
    },
  );
  act<CreateOptions>(
    users
      .command('create')
      .description('create a user (password asked for, or GPUSHIELD_NEW_PASSWORD)')
      .argument('<username>', 'letters, digits and . _ -')
      .addOption(roleOption())
      .option('--email <address>', 'where to reach the user')
      .option('--password-stdin', 'read the password from standard input'),
    deps,
    async (ctx, input) => {
      const { role, email } = input.options;
      const username = argument(input);
      const password = await newPassword(ctx, input.options, username);
      const body = { username, password, roles: role, ...(email === undefined ? {} : { email }) };
      show(ctx, await (await ctx.api()).send('POST', path, body));
    },
  );
  addChanges(users, deps);
};
