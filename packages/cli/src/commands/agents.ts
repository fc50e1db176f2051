import { Agent, AgentSecret, RegisteredAgent } from '@gpushield/contracts';
import type { Command } from 'commander';
import { checked } from '../api/check.ts';
import { act, argument, confirm, integerBetween, type CommandContext, type CommandDeps } from '../context.ts';
import { fullTime, printListing, withLimit, type ListOptions, type ListingView } from '../listing.ts';

const path = '/api/v1/agents';
const at = (id: string, rest = ''): string => `${path}/${encodeURIComponent(id)}${rest}`;

const listing = (ctx: CommandContext): ListingView<typeof Agent> => ({
  schema: Agent,
  empty: 'There are no agents. Register one with `gpushield agents register <id>`.',
  columns: ({ ago }) => [
    { header: 'AGENT', cell: (agent) => agent.id },
    {
      header: 'STATUS',
      cell: (agent) => agent.status,
      paint: (agent, text) => ctx.out.paint(agent.status === 'active' ? 'green' : 'red', text),
    },
    { header: 'FORMAT', cell: (agent) => agent.format },
    { header: 'SOURCE', cell: (agent) => agent.source },
    { header: 'SEEN', cell: (agent) => (agent.last_seen_at === null ? 'never' : ago(agent.last_seen_at)) },
    { header: 'WEBHOOKS', cell: (agent) => String(agent.webhooks.length), align: 'right' },
    { header: 'NAME', cell: (agent) => agent.name || '-', shrinkTo: 8 },
  ],
});

/** The secret alone on stdout, as `keys create` does. */
const showSecret = (ctx: CommandContext, raw: unknown, secret: string, notes: readonly string[]): void => {
  if (ctx.out.json) {
    ctx.out.value(raw);
    return;
  }
  ctx.out.line(secret);
  ctx.out.warn('This is the only time the secret is shown: give it to the agent now.');
  for (const note of notes) ctx.out.note(note);
};

interface RegisterOptions {
  readonly name?: string;
  readonly format?: string;
  readonly node?: string;
  readonly webhook?: readonly string[];
}

const addRegister = (agents: Command, deps: CommandDeps): void => {
  act<RegisterOptions>(
    agents
      .command('register')
      .description('register an agent; its secret is printed once, alone on stdout')
      .argument('<agent>', 'its id, such as the name of its node')
      .option('--name <text>', 'what people call it')
      .option('--format <format>', 'gpushield (unless told), falco or tetragon')
      .option('--node <id>', 'id of the node that it runs on')
      .option('--webhook <url...>', 'told when a process of the agent crosses a risk of 50'),
    deps,
    async (ctx, input) => {
      const { name, format, node, webhook } = input.options;
      const raw = await (
        await ctx.api()
      ).send('POST', path, {
        agent_id: argument(input),
        ...(name === undefined ? {} : { name }),
        ...(format === undefined ? {} : { format }),
        ...(node === undefined ? {} : { node_id: node }),
        ...(webhook === undefined ? {} : { webhook_urls: webhook }),
      });
      const made = checked(RegisteredAgent, raw);
      const hooks = made.webhooks.map(
        ({ url, endpoint_id: id }) => `Webhook ${url} is signed with ${made.webhook_secrets[id] ?? '?'}.`,
      );
      showSecret(ctx, raw, made.secret, hooks);
    },
  );
};

const addRotate = (agents: Command, deps: CommandDeps): void => {
  act<{ readonly overlapSeconds?: number }>(
    agents
      .command('rotate-secret')
      .description('give an agent a new secret; the old one signs beside it for a while')
      .argument('<agent>', 'id')
      .option(
        '--overlap-seconds <n>',
        'how long the old secret still signs (an hour unless told)',
        integerBetween(0, 604_800),
      ),
    deps,
    async (ctx, input) => {
      const { overlapSeconds } = input.options;
      const body = overlapSeconds === undefined ? {} : { overlap_seconds: overlapSeconds };
      const raw = await (await ctx.api()).send('POST', at(argument(input), '/rotate-secret'), body);
      const { secret, previous_expires_at: until } = checked(AgentSecret, raw);
      showSecret(
        ctx,
        raw,
        secret,
        until === null ? [] : [`The old secret signs until ${fullTime(ctx, until)}.`],
      );
    },
  );
};

export const addAgentCommands = (program: Command, deps: CommandDeps): void => {
  const agents = program.command('agents').description('who may sign syscall events');
  act<ListOptions>(
    withLimit(agents.command('list').description('list agents')),
    deps,
    async (ctx, { options }) =>
      printListing(ctx, await (await ctx.api()).list(path, {}, options.limit), listing(ctx)),
  );
  addRegister(agents, deps);
  addRotate(agents, deps);
  act<{ readonly yes?: boolean }>(
    agents
      .command('revoke')
      .description('revoke an agent for good')
      .argument('<agent>', 'id')
      .option('--yes', 'do not ask'),
    deps,
    async (ctx, input) => {
      const id = argument(input);
      await confirm(ctx, input.options, `Revoke agent ${id}? What it signs is refused from then on.`);
      const raw = await (await ctx.api()).send('DELETE', at(id));
      if (ctx.out.json) ctx.out.value(raw ?? { id });
      else ctx.out.line(`Agent ${id} is revoked.`);
    },
  );
};
