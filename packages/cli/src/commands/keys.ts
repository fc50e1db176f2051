import { ApiKey, CreatedApiKey, scopes } from '@gpushield/contracts';
import { Option, type Command } from 'commander';
import { checked } from '../api/check.ts';
import { resolveId, type Kind } from '../api/resolve-id.ts';
import { act, argument, confirm, numberBetween, type CommandContext, type CommandDeps } from '../context.ts';
import { fullTime, printListing, withLimit, type ListOptions, type ListingView } from '../listing.ts';

const path = '/api/v1/keys';
const kind: Kind = { noun: 'key', path, nameFields: ['key_prefix'] };
const longestLifeHours = 87_600;

const stateOf = (key: ApiKey, nowMs: number): string => {
  if (key.revoked_at !== null) return 'revoked';
  return key.expires_at !== null && Date.parse(key.expires_at) <= nowMs ? 'expired' : 'active';
};

const listing = (ctx: CommandContext): ListingView<typeof ApiKey> => ({
  schema: ApiKey,
  empty: 'There are no keys. Create one with `gpushield keys create`.',
  columns: ({ short, ago }) => [
    { header: 'ID', cell: (key) => short(key.id) },
    { header: 'PREFIX', cell: (key) => key.key_prefix },
    { header: 'USER', cell: (key) => key.username, shrinkTo: 8 },
    {
      header: 'STATE',
      cell: (key) => stateOf(key, ctx.io.now()),
      paint: (key, text) => ctx.out.paint(stateOf(key, ctx.io.now()) === 'active' ? 'green' : 'dim', text),
    },
    { header: 'EXPIRES', cell: (key) => (key.expires_at === null ? 'never' : ago(key.expires_at)) },
    { header: 'LAST USED', cell: (key) => ago(key.last_used_at) },
    { header: 'DESCRIPTION', cell: (key) => key.description || '-', shrinkTo: 11 },
  ],
});

const showNewKey = (ctx: CommandContext, raw: unknown): void => {
  if (ctx.out.json) {
    ctx.out.value(raw);
    return;
  }
  const key = checked(CreatedApiKey, raw);
  ctx.out.line(key.api_key);
  ctx.out.warn('This is the only time the key is shown: keep it now. GPUShield stores its hash alone.');
  ctx.out.note(
    `Key ${key.id} of ${key.username}, ${key.expires_at === null ? 'never expires' : `expires ${fullTime(ctx, key.expires_at)}`}. Use it as GPUSHIELD_API_KEY or "Authorization: Bearer …".`,
  );
};

interface CreateOptions {
  readonly description?: string;
  readonly username?: string;
  readonly scope?: readonly string[];
  readonly expiresInHours?: number;
  readonly neverExpires?: boolean;
}

const createBody = ({
  description,
  username,
  scope,
  expiresInHours,
  neverExpires,
}: CreateOptions): Record<string, unknown> => ({
  ...(description === undefined ? {} : { description }),
  ...(username === undefined ? {} : { username }),
  ...(scope === undefined ? {} : { scopes: scope }),
  ...(neverExpires === true ? { expires_in_hours: null } : {}),
  ...(expiresInHours === undefined ? {} : { expires_in_hours: expiresInHours }),
});

const addCreate = (keys: Command, deps: CommandDeps): void => {
  act<CreateOptions>(
    keys
      .command('create')
      .description('create an API key; it is printed once, alone on stdout')
      .option('--description <text>', 'what the key is for')
      .option('--username <name>', 'for another user (needs keys:admin)')
      .addOption(new Option('--scope <scope...>', 'cut the key down to these scopes').choices([...scopes]))
      .addOption(
        new Option('--expires-in-hours <hours>', 'how long the key works')
          .argParser(numberBetween(0.001, longestLifeHours))
          .conflicts('neverExpires'),
      )
      .option('--never-expires', 'until somebody revokes it'),
    deps,
    async (ctx, { options }) =>
      showNewKey(ctx, await (await ctx.api()).send('POST', path, createBody(options))),
  );
};

export const addKeyCommands = (program: Command, deps: CommandDeps): void => {
  const keys = program.command('keys').description('API keys for programs and sensors');
  act<ListOptions>(
    withLimit(keys.command('list').description('list keys (without the keys themselves)')),
    deps,
    async (ctx, { options }) =>
      printListing(ctx, await (await ctx.api()).list(path, {}, options.limit), listing(ctx)),
  );
  addCreate(keys, deps);
  act<{ yes?: boolean }>(
    keys
      .command('revoke')
      .description('make a key useless at once')
      .argument('<key>', 'id or key prefix')
      .option('--yes', 'do not ask'),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      const id = await resolveId(api, kind, argument(input));
      await confirm(ctx, input.options, `Revoke key ${id}? Whatever uses it stops working.`);
      const raw = await api.send('DELETE', `${path}/${id}`);
      if (ctx.out.json) ctx.out.value(raw ?? { id });
      else ctx.out.line(`Key ${id} is revoked.`);
    },
  );
  act<{ yes?: boolean }>(
    keys
      .command('rotate')
      .description('replace a key by a new one of the same rights')
      .argument('<key>', 'id or key prefix')
      .option('--yes', 'do not ask'),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      const id = await resolveId(api, kind, argument(input));
      await confirm(ctx, input.options, `Rotate key ${id}? The old key stops working.`);
      showNewKey(ctx, await api.send('POST', `${path}/${id}/rotate`));
    },
  );
};
