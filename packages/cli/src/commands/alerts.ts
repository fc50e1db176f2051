import {
  activeAlertStatuses,
  Alert,
  alertStatuses,
  severities,
  type AlertStatus,
  type Severity,
} from '@gpushield/contracts';
import { Option, type Command } from 'commander';
import { checked } from '../api/check.ts';
import { resolveId, type Kind } from '../api/resolve-id.ts';
import type { Api } from '../api/client.ts';
import { usageError } from '../cli-error.ts';
import { act, argument, integerBetween, type CommandContext, type CommandDeps } from '../context.ts';
import { printListing, timeOption, withLimit, type ListOptions } from '../listing.ts';
import { alertListing, historyListing, showAlert } from './alert-view.ts';
import { nodeKind } from './nodes.ts';
import { watchAlerts } from './watch-alerts.ts';

const path = '/api/v1/alerts';
const kind: Kind = { noun: 'alert', path };
/** The interval when --watch says none, in seconds. */
const defaultWatchSeconds = 5;
const longestWatchSeconds = 3600;

interface AlertListOptions extends ListOptions {
  readonly severity?: readonly Severity[];
  readonly status?: readonly AlertStatus[];
  readonly source?: readonly string[];
  readonly node?: string;
  readonly assignee?: string;
  readonly since?: string;
  readonly until?: string;
  readonly all?: boolean;
  readonly watch?: number | true;
  readonly looks?: number;
}

const queryOf = async (
  ctx: CommandContext,
  api: Api,
  options: AlertListOptions,
): Promise<Record<string, unknown>> => ({
  severities: options.severity,
  // What is closed is done with: it shows when asked for.
  statuses: options.status ?? (options.all === true ? undefined : activeAlertStatuses),
  sources: options.source,
  node_ids: options.node === undefined ? undefined : [await resolveId(api, nodeKind, options.node)],
  assignees: options.assignee === undefined ? undefined : [options.assignee],
  since: timeOption(ctx, 'since', options.since),
  until: timeOption(ctx, 'until', options.until),
});

const list = async (ctx: CommandContext, options: AlertListOptions): Promise<void> => {
  const api = await ctx.api();
  const query = await queryOf(ctx, api, options);
  const fetch = () => api.search(`${path}/query`, query, options.limit);
  if (options.watch === undefined) {
    if (options.looks !== undefined) throw usageError('--looks needs --watch');
    printListing(ctx, await fetch(), alertListing(ctx));
    return;
  }
  const seconds = options.watch === true ? defaultWatchSeconds : options.watch;
  await watchAlerts(ctx, { intervalMs: seconds * 1000, looks: options.looks, fetch });
};

const addList = (alerts: Command, deps: CommandDeps): void => {
  act<AlertListOptions>(
    withLimit(
      alerts.command('list').description('list alerts that are not closed, or those that the filters name'),
    )
      .addOption(new Option('--severity <severity...>', 'only these').choices([...severities]))
      .addOption(new Option('--status <status...>', 'only these').choices([...alertStatuses]))
      .addOption(new Option('--all', 'closed ones as well').conflicts('status'))
      .option('--source <source...>', 'only from these, such as integrity')
      .option('--node <node>', 'only of this node (name or id)')
      .option('--assignee <username>', 'only assigned to this user')
      .option('--since <time>', 'last seen since: 2h, 7d, or an RFC 3339 time')
      .option('--until <time>', 'last seen until')
      .option(
        '--watch [seconds]',
        `look again every so often (${defaultWatchSeconds} s)`,
        integerBetween(1, longestWatchSeconds),
      )
      .option('--looks <n>', 'end a watch after so many looks', integerBetween(1, 1_000_000)),
    deps,
    (ctx, { options }) => list(ctx, options),
  );
};

interface CreateOptions {
  readonly title: string;
  readonly severity: Severity;
  readonly description?: string;
  readonly source?: string;
  readonly fingerprint?: string;
  readonly node?: string;
}

const create = async (ctx: CommandContext, options: CreateOptions): Promise<void> => {
  const api = await ctx.api();
  const { node, ...fields } = options;
  const body = {
    ...fields,
    ...(node === undefined ? {} : { node_id: await resolveId(api, nodeKind, node) }),
  };
  showAlert(ctx, await api.send('POST', path, body));
};

const addCreate = (alerts: Command, deps: CommandDeps): void => {
  act<CreateOptions>(
    alerts
      .command('create')
      .description('raise an alert by hand')
      .requiredOption('--title <text>', 'what is wrong, in one line')
      .addOption(
        new Option('--severity <severity>', 'how bad it is').choices([...severities]).makeOptionMandatory(),
      )
      .option('--description <text>', 'the details')
      .option('--source <source>', 'where it comes from (manual)')
      .option('--fingerprint <text>', 'alerts with the same one are one alert while it is not resolved')
      .option('--node <node>', 'the node that it is about (name or id)'),
    deps,
    (ctx, { options }) => create(ctx, options),
  );
};

/** A POST to one alert that answers with the alert. */
const move = async (
  ctx: CommandContext,
  given: string,
  verb: string,
  body: Readonly<Record<string, unknown>>,
): Promise<void> => {
  const api = await ctx.api();
  const raw = await api.send('POST', `${path}/${await resolveId(api, kind, given)}/${verb}`, body);
  if (ctx.out.json) {
    ctx.out.value(raw);
    return;
  }
  const alert = checked(Alert, raw);
  const assigned = alert.assignee === null ? 'assigned to nobody' : `assigned to ${alert.assignee}`;
  const how = alert.resolution === null ? assigned : `${alert.resolution}, ${assigned}`;
  ctx.out.line(`Alert ${alert.id} is ${alert.status} (${how}): ${alert.title}`);
};

const noted = (note: string | undefined): { readonly note?: string } => (note === undefined ? {} : { note });

/** Moves that need no more than a note. */
const plainMoves = [
  ['acknowledge', 'say that somebody knows of it'],
  ['investigate', 'say that somebody looks into it'],
  ['false-positive', 'close an alert that was none; the finding is muted for a while'],
  ['reopen', 'take a closed alert up again'],
] as const;

const addMoves = (alerts: Command, deps: CommandDeps): void => {
  for (const [verb, description] of plainMoves) {
    act<{ note?: string }>(
      alerts
        .command(verb)
        .description(description)
        .argument('<alert>', 'id')
        .option('--note <text>', 'for the history'),
      deps,
      (ctx, input) => move(ctx, argument(input), verb, noted(input.options.note)),
    );
  }
  act<{ note?: string; nobody?: boolean }>(
    alerts
      .command('assign')
      .description('give an alert to a user')
      .argument('<alert>', 'id')
      .argument('[username]', 'who takes it')
      .option('--nobody', 'take the assignment back')
      .option('--note <text>', 'for the history'),
    deps,
    (ctx, input) => {
      const username = input.args[1];
      if ((username === undefined) === (input.options.nobody !== true)) {
        throw usageError('Name a user or give --nobody, one of the two');
      }
      return move(ctx, argument(input), 'assign', {
        assignee: username ?? null,
        ...noted(input.options.note),
      });
    },
  );
  act<{ note?: string; accept?: boolean }>(
    alerts
      .command('resolve')
      .description('close an alert: what was wrong is mended')
      .argument('<alert>', 'id')
      .option('--accept', 'what is there now is right, and becomes the integrity baseline')
      .option('--note <text>', 'for the history'),
    deps,
    (ctx, input) =>
      move(ctx, argument(input), 'resolve', {
        resolution: input.options.accept === true ? 'accepted' : 'fixed',
        ...noted(input.options.note),
      }),
  );
};

export const addAlertCommands = (program: Command, deps: CommandDeps): void => {
  const alerts = program.command('alerts').description('what needs a person');
  addList(alerts, deps);
  act(
    alerts.command('show').description('show one alert with its evidence').argument('<alert>', 'id'),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      showAlert(ctx, await api.get(`${path}/${await resolveId(api, kind, argument(input))}`));
    },
  );
  act<ListOptions>(
    withLimit(alerts.command('history').description('what happened to an alert').argument('<alert>', 'id')),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      const id = await resolveId(api, kind, argument(input));
      printListing(ctx, await api.list(`${path}/${id}/history`, {}, input.options.limit), historyListing);
    },
  );
  addMoves(alerts, deps);
  addCreate(alerts, deps);
};
