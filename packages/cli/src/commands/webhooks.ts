import {
  CreatedWebhook,
  ResentWebhook,
  RotatedWebhookSecret,
  TestedWebhook,
  Webhook,
  WebhookAttempt,
  maxSecretOverlapSeconds,
} from '@gpushield/contracts';
import { Option, type Command } from 'commander';
import { checked } from '../api/check.ts';
import { resolveId, type Kind } from '../api/resolve-id.ts';
import { usageError } from '../cli-error.ts';
import { act, argument, confirm, integerBetween, type CommandContext, type CommandDeps } from '../context.ts';
import { fullTime, printListing, withLimit, type ListOptions, type ListingView } from '../listing.ts';

const path = '/api/v1/webhooks';
const kind: Kind = { noun: 'webhook', path, nameFields: ['url'] };

const stateOf = (webhook: Webhook): string => {
  if (!webhook.enabled) return `off (${webhook.disabled_reason ?? 'manual'})`;
  return webhook.failing_since === null ? 'on' : 'failing';
};

const listing = (ctx: CommandContext): ListingView<typeof Webhook> => ({
  schema: Webhook,
  empty: 'There are no webhooks. Register one with `gpushield webhooks create <url>`.',
  columns: ({ short, ago }) => [
    { header: 'ID', cell: (webhook) => short(webhook.id) },
    { header: 'URL', cell: (webhook) => webhook.url, shrinkTo: 20 },
    {
      header: 'STATE',
      cell: stateOf,
      paint: (webhook, text) => ctx.out.paint(stateOf(webhook) === 'on' ? 'green' : 'red', text),
    },
    { header: 'EVENTS', cell: (webhook) => webhook.event_types.join(' ') || 'all', shrinkTo: 8 },
    { header: 'CREATED', cell: (webhook) => ago(webhook.created_at) },
    { header: 'DESCRIPTION', cell: (webhook) => webhook.description || '-', shrinkTo: 11 },
  ],
});

const attemptListing = (ctx: CommandContext): ListingView<typeof WebhookAttempt> => ({
  schema: WebhookAttempt,
  empty: 'Nothing was sent yet. Try `gpushield webhooks test`.',
  columns: ({ ago }) => [
    { header: 'WHEN', cell: (attempt) => ago(attempt.at) },
    { header: 'MESSAGE', cell: (attempt) => attempt.message_id },
    { header: 'TRY', cell: (attempt) => String(attempt.attempt), align: 'right' },
    {
      header: 'RESULT',
      cell: (attempt) => String(attempt.status ?? attempt.error ?? '-'),
      paint: (attempt, text) => ctx.out.paint(attempt.succeeded ? 'green' : 'red', text),
    },
    { header: 'TOOK', cell: (attempt) => `${String(attempt.duration_ms)} ms`, align: 'right' },
    { header: 'ANSWER', cell: (attempt) => attempt.response ?? '-', shrinkTo: 10 },
  ],
});

/** The secret alone on stdout, as `keys create` does; what else there is to say goes beside it. */
const showSecret = (ctx: CommandContext, raw: unknown, secret: string, note: string): void => {
  if (ctx.out.json) {
    ctx.out.value(raw);
    return;
  }
  ctx.out.line(secret);
  ctx.out.warn('This is the only time the secret is shown: give it to the receiver now.');
  ctx.out.note(note);
};

interface CreateOptions {
  readonly event?: readonly string[];
  readonly description?: string;
  readonly ordered?: boolean;
  readonly rateLimit?: number;
}

const addCreate = (webhooks: Command, deps: CommandDeps): void => {
  act<CreateOptions>(
    webhooks
      .command('create')
      .description('register an endpoint; its secret is printed once, alone on stdout')
      .argument('<url>', 'https address of the receiver')
      .option('--event <type...>', 'send these events only: names, or prefixes such as "alert.*"')
      .option('--description <text>', 'what the endpoint is for')
      .option('--ordered', 'send messages of the same key one after the other')
      .option('--rate-limit <n>', 'at most this many deliveries a second', integerBetween(1, 10_000)),
    deps,
    async (ctx, input) => {
      const { event, description, ordered, rateLimit } = input.options;
      const raw = await (
        await ctx.api()
      ).send('POST', path, {
        url: argument(input),
        ...(event === undefined ? {} : { event_types: event }),
        ...(description === undefined ? {} : { description }),
        ...(ordered === undefined ? {} : { ordered }),
        ...(rateLimit === undefined ? {} : { rate_limit_per_second: rateLimit }),
      });
      const made = checked(CreatedWebhook, raw);
      showSecret(ctx, raw, made.secret, `Webhook ${made.id} sends to ${made.url}.`);
    },
  );
};

const addRotate = (webhooks: Command, deps: CommandDeps): void => {
  act<{ readonly overlapSeconds?: number }>(
    webhooks
      .command('rotate-secret')
      .description('give an endpoint a new secret; the old one signs beside it for a while')
      .argument('<webhook>', 'id or URL')
      .addOption(
        new Option(
          '--overlap-seconds <n>',
          'how long the old secret still signs (a day unless told)',
        ).argParser(integerBetween(0, maxSecretOverlapSeconds)),
      ),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      const id = await resolveId(api, kind, argument(input));
      const { overlapSeconds } = input.options;
      const body = overlapSeconds === undefined ? {} : { overlap_seconds: overlapSeconds };
      const raw = await api.send('POST', `${path}/${id}/secret/rotate`, body);
      const { secret, previous_expires_at } = checked(RotatedWebhookSecret, raw);
      showSecret(ctx, raw, secret, `The old secret signs until ${fullTime(ctx, previous_expires_at)}.`);
    },
  );
};

interface ResendOptions {
  readonly message?: string;
  readonly since?: string;
}

const addResend = (webhooks: Command, deps: CommandDeps): void => {
  act<ResendOptions>(
    webhooks
      .command('resend')
      .description('send one message again, or all that failed since a time')
      .argument('<webhook>', 'id or URL')
      .addOption(new Option('--message <id>', 'this message, whatever became of it').conflicts('since'))
      .option('--since <time>', 'all that failed at or after this RFC 3339 time'),
    deps,
    async (ctx, input) => {
      const { message, since } = input.options;
      if (message === undefined && since === undefined) {
        throw usageError('Nothing says what to send again', 'Give --message <id> or --since <time>.');
      }
      const api = await ctx.api();
      const id = await resolveId(api, kind, argument(input));
      const body = message === undefined ? { since } : { message_id: message };
      const raw = await api.send('POST', `${path}/${id}/resend`, body);
      if (ctx.out.json) {
        ctx.out.value(raw);
        return;
      }
      const { resent, has_more: hasMore } = checked(ResentWebhook, raw);
      ctx.out.line(`${String(resent)} messages are sent again.`);
      if (hasMore) ctx.out.note('More have failed: run the command once more.');
    },
  );
};

const addVerbs = (webhooks: Command, deps: CommandDeps): void => {
  for (const verb of ['enable', 'disable'] as const) {
    act(
      webhooks.command(verb).description(`${verb} an endpoint`).argument('<webhook>', 'id or URL'),
      deps,
      async (ctx, input) => {
        const api = await ctx.api();
        const id = await resolveId(api, kind, argument(input));
        const raw = await api.send('POST', `${path}/${id}/${verb}`);
        if (ctx.out.json) ctx.out.value(raw);
        else ctx.out.line(`Webhook ${id} is ${verb}d.`);
      },
    );
  }
  act(
    webhooks.command('test').description('send a test event').argument('<webhook>', 'id or URL'),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      const id = await resolveId(api, kind, argument(input));
      const raw = await api.send('POST', `${path}/${id}/test`);
      if (ctx.out.json) ctx.out.value(raw);
      else ctx.out.line(`Test event ${checked(TestedWebhook, raw).message_id} is on its way.`);
    },
  );
};

export const addWebhookCommands = (program: Command, deps: CommandDeps): void => {
  const webhooks = program.command('webhooks').description('endpoints that events are sent to');
  act<ListOptions>(
    withLimit(webhooks.command('list').description('list endpoints')),
    deps,
    async (ctx, { options }) =>
      printListing(ctx, await (await ctx.api()).list(path, {}, options.limit), listing(ctx)),
  );
  addCreate(webhooks, deps);
  addRotate(webhooks, deps);
  act<ListOptions>(
    withLimit(
      webhooks
        .command('attempts')
        .description('what was sent and what came back, newest first')
        .argument('<webhook>', 'id or URL'),
    ),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      const id = await resolveId(api, kind, argument(input));
      printListing(
        ctx,
        await api.list(`${path}/${id}/attempts`, {}, input.options.limit),
        attemptListing(ctx),
      );
    },
  );
  addResend(webhooks, deps);
  addVerbs(webhooks, deps);
  act<{ readonly yes?: boolean }>(
    webhooks
      .command('delete')
      .description('delete an endpoint with its history')
      .argument('<webhook>', 'id or URL')
      .option('--yes', 'do not ask'),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      const id = await resolveId(api, kind, argument(input));
      await confirm(ctx, input.options, `Delete webhook ${id}? What waits for it is not sent.`);
      const raw = await api.send('DELETE', `${path}/${id}`);
      if (ctx.out.json) ctx.out.value(raw ?? { id });
      else ctx.out.line(`Webhook ${id} is deleted.`);
    },
  );
};
