import { Purged, Queue, QueueMessageView, Resent } from '@gpushield/contracts';
import { Option, type Command } from 'commander';
import { checked } from '../api/check.ts';
import { usageError } from '../cli-error.ts';
import { act, argument, confirm, integerBetween, type CommandContext, type CommandDeps } from '../context.ts';
import { printListing, withLimit, type ListOptions, type ListingView } from '../listing.ts';

const path = '/api/v1/queues';
const messagesPath = (queue: string) => `${path}/${encodeURIComponent(queue)}/messages`;
/** More than the server looks at. */
const maxQueues = 500;
/** What the server resends in one call. */
const maxResent = 1000;
const maxResentIds = 500;
const defaultResent = 100;

const queueListing = (ctx: CommandContext): ListingView<typeof Queue> => ({
  schema: Queue,
  empty: 'There are no queues yet: the server makes them when it starts to work on something.',
  columns: () => [
    { header: 'QUEUE', cell: (queue) => queue.name },
    { header: 'MESSAGES', cell: (queue) => String(queue.messages), align: 'right' },
    { header: 'READY', cell: (queue) => String(queue.visible), align: 'right' },
    {
      header: 'OLDEST',
      cell: (queue) => (queue.oldest_age_seconds === null ? '-' : `${queue.oldest_age_seconds} s`),
      align: 'right',
    },
    {
      header: 'DEAD',
      cell: (queue) => String(queue.dead_letters),
      align: 'right',
      paint: (queue, text) => (queue.dead_letters === 0 ? text : ctx.out.paint('red', text)),
    },
    { header: 'EVER SENT', cell: (queue) => String(queue.sent), align: 'right' },
  ],
});

const bodyCell = (message: QueueMessageView): string => JSON.stringify(message.body);

// Ids of queues are numbers, and shortening them would tell other numbers.
const messageListing: ListingView<typeof QueueMessageView> = {
  schema: QueueMessageView,
  empty: 'No message is in this state.',
  columns: ({ ago }) => [
    { header: 'ID', cell: (message) => message.id },
    { header: 'ATTEMPTS', cell: (message) => String(message.attempts), align: 'right' },
    { header: 'SENT', cell: (message) => ago(message.enqueued_at) },
    { header: 'VISIBLE', cell: (message) => ago(message.visible_at) },
    { header: 'LAST ERROR', cell: (message) => message.last_error ?? '-', shrinkTo: 16 },
    { header: 'BODY', cell: bodyCell, shrinkTo: 24 },
  ],
};

const deadListing: ListingView<typeof QueueMessageView> = {
  schema: QueueMessageView,
  empty: 'No dead letter is in this queue.',
  columns: ({ ago }) => [
    { header: 'ID', cell: (message) => message.id },
    { header: 'DIED', cell: (message) => ago(message.dead_letter?.at ?? null) },
    { header: 'CAUSE', cell: (message) => message.dead_letter?.cause ?? '-' },
    { header: 'ATTEMPTS', cell: (message) => String(message.attempts), align: 'right' },
    { header: 'ERROR', cell: (message) => message.dead_letter?.error ?? '-', shrinkTo: 20 },
    { header: 'BODY', cell: bodyCell, shrinkTo: 20 },
  ],
};

const addLooks = (queue: Command, deps: CommandDeps): void => {
  act(queue.command('list').description('how the queues stand'), deps, async (ctx) =>
    printListing(ctx, await (await ctx.api()).list(path, {}, maxQueues), queueListing(ctx)),
  );
  act<ListOptions & { state: string }>(
    withLimit(
      queue.command('show').description('look at messages, oldest first').argument('<queue>'),
    ).addOption(new Option('--state <state>', 'which').choices(['ready', 'delayed']).default('ready')),
    deps,
    async (ctx, input) => {
      const { state, limit } = input.options;
      const list = await (await ctx.api()).list(messagesPath(argument(input)), { state }, limit);
      printListing(ctx, list, messageListing);
    },
  );
  act<ListOptions>(
    withLimit(queue.command('dead').description('look at dead letters, newest first').argument('<queue>')),
    deps,
    async (ctx, input) => {
      const query = { state: 'dead' };
      const list = await (await ctx.api()).list(messagesPath(argument(input)), query, input.options.limit);
      printListing(ctx, list, deadListing);
    },
  );
};

const addResend = (queue: Command, deps: CommandDeps): void => {
  act<{ oldest?: number }>(
    queue
      .command('resend')
      .description('send dead letters again: those named, or the oldest')
      .argument('<queue>')
      .argument('[ids...]', `of dead letters, at most ${maxResentIds}`)
      .option('--oldest <n>', `how many (${defaultResent} unless told)`, integerBetween(1, maxResent)),
    deps,
    async (ctx, input) => {
      const [name, ...ids] = input.args;
      if (ids.some((id) => !/^\d{1,18}$/.test(id))) throw usageError('Ids of messages are numbers');
      if (ids.length > maxResentIds) throw usageError(`At most ${maxResentIds} ids go in one call`);
      if (ids.length > 0 && input.options.oldest !== undefined) {
        throw usageError('Give ids or --oldest, not both');
      }
      const body = ids.length > 0 ? { ids } : { limit: input.options.oldest ?? defaultResent };
      const api = await ctx.api();
      const raw = await api.send(
        'POST',
        `${path}/${encodeURIComponent(name ?? '')}/dead-letters/resend`,
        body,
      );
      if (ctx.out.json) ctx.out.value(raw);
      else ctx.out.line(`${checked(Resent, raw).resent} dead letters were sent again.`);
    },
  );
};

const addPurge = (queue: Command, deps: CommandDeps): void => {
  act<{ dead?: boolean; yes?: boolean }>(
    queue
      .command('purge')
      .description('delete all messages of a queue for good')
      .argument('<queue>')
      .option('--dead', 'its dead letters instead')
      .option('--yes', 'do not ask'),
    deps,
    async (ctx, input) => {
      const name = argument(input);
      const what = input.options.dead === true ? 'dead_letters' : 'messages';
      const shown = what === 'messages' ? 'messages, also those under way,' : 'dead letters';
      await confirm(ctx, input.options, `Delete all ${shown} of the queue ${name} for good?`);
      const api = await ctx.api();
      const raw = await api.send('POST', `${path}/${encodeURIComponent(name)}/purge`, { what });
      if (ctx.out.json) ctx.out.value(raw);
      else ctx.out.line(`${checked(Purged, raw).purged} messages are deleted.`);
    },
  );
};

export const addQueueCommands = (program: Command, deps: CommandDeps): void => {
  const queue = program.command('queue').description('queues of the server: look, retry, clear');
  addLooks(queue, deps);
  addResend(queue, deps);
  addPurge(queue, deps);
};
