import { FirewallPolicy, FirewallVerdict, type InspectFirewall } from '@gpushield/contracts';
import { Option, type Command } from 'commander';
import { open } from 'node:fs/promises';
import { checked } from '../api/check.ts';
import { usageError } from '../cli-error.ts';
import { act, type CommandContext, type CommandDeps } from '../context.ts';
import { printListing, withLimit, type ListOptions, type ListingView } from '../listing.ts';

const path = '/api/v1/firewall';
/** What the server takes of one text. */
const maxBytes = 10_000_000;
/** Of what was found, this much is shown. */
const shownCharacters = 40;

const readFile = async (name: string): Promise<string> => {
  let file;
  try {
    file = await open(name);
    // One byte more than there may be: a file that never ends must not be read for ever.
    const bytes = Buffer.alloc(maxBytes + 1);
    let length = 0;
    for (;;) {
      const { bytesRead } = await file.read(bytes, length, bytes.length - length);
      length += bytesRead;
      if (bytesRead === 0 || length > maxBytes) break;
    }
    return textOf(bytes.subarray(0, length), name);
  } catch (error) {
    if (error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error)
      throw usageError(`${name} cannot be read (${error.code})`);
    throw error;
  } finally {
    await file?.close();
  }
};

const textOf = (bytes: Buffer, name: string): string => {
  if (bytes.length > maxBytes) throw usageError(`${name} has more than ${String(maxBytes)} bytes`);
  return bytes.toString('utf8');
};

/** The text of a file, or of standard input: for `-`, and where no file is named and something is piped in. */
const givenText = async (ctx: CommandContext, file: string | undefined): Promise<string> => {
  if (file !== undefined && file !== '-') return readFile(file);
  if (ctx.io.stdin.isTty)
    throw usageError(
      'There is no text',
      'Name a file, or pipe one in: echo "Ignore all rules" | gpushield firewall inspect',
    );
  return textOf(Buffer.from(await ctx.io.stdin.readAll(maxBytes + 1)), 'What was piped in');
};

interface InspectOptions {
  readonly as: NonNullable<InspectFirewall['parts']>[number]['kind'];
  readonly output?: boolean;
  readonly model?: string;
  readonly principal?: string;
}

const bodyOf = (text: string, { as: kind, output, model, principal }: InspectOptions): InspectFirewall => ({
  parts: [{ kind, text, path: '/text' }],
  ...(output === true ? { direction: 'output' } : {}),
  ...(model === undefined ? {} : { model }),
  ...(principal === undefined ? {} : { principal_id: principal }),
});

const printVerdict = (ctx: CommandContext, raw: unknown, text: string): void => {
  if (ctx.out.json) {
    ctx.out.value(raw);
    return;
  }
  const {
    action,
    report_only: reportOnly,
    score,
    findings,
    masked,
    duration_ms: ms,
  } = checked(FirewallVerdict, raw);
  ctx.out.pairs([
    ['verdict', reportOnly && action !== 'allow' ? `${action}, only reported` : action],
    ['score', score],
    ['took', `${ms.toFixed(1)} ms`],
  ]);
  ctx.out.table(
    [
      { header: 'KIND', cell: (finding) => finding.kind },
      { header: 'TYPE', cell: (finding) => finding.type },
      { header: 'SCORE', cell: (finding) => finding.score.toFixed(2), align: 'right' },
      { header: 'PLACE', cell: ({ start, end }) => `${String(start)}-${String(end)}` },
      { header: 'TEXT', cell: ({ start, end }) => text.slice(start, end).slice(0, shownCharacters) },
      { header: 'WHY', cell: (finding) => finding.reason, shrinkTo: 30 },
    ],
    findings,
    'Nothing was found.',
  );
  const [replaced] = Object.values(masked);
  if (replaced !== undefined && action === 'mask') ctx.out.pairs([['masked', replaced]]);
};

const settingsOf = ({ settings }: FirewallPolicy): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`)
    .join(' ') || '-';

const policyListing: ListingView<typeof FirewallPolicy> = {
  schema: FirewallPolicy,
  empty: 'There are no policies: the defaults hold for everybody.',
  columns: ({ short, ago }) => [
    { header: 'ID', cell: (policy) => short(policy.id) },
    { header: 'MODEL', cell: (policy) => policy.model ?? 'every' },
    { header: 'WHO', cell: (policy) => policy.principal_id ?? 'everybody', shrinkTo: 12 },
    { header: 'SETTINGS', cell: settingsOf, shrinkTo: 40 },
    { header: 'CHANGED', cell: (policy) => ago(policy.updated_at) },
    { header: 'DESCRIPTION', cell: (policy) => policy.description || '-', shrinkTo: 20 },
  ],
};

/** `gpushield firewall`: tries the prompt firewall out, and shows its policies. */
export const addFirewallCommands = (program: Command, deps: CommandDeps): void => {
  const firewall = program
    .command('firewall')
    .description('the prompt firewall: try a text, see the policies');
  act<InspectOptions>(
    firewall
      .command('inspect')
      .description('what the firewall would do with a text, and why; nothing is remembered of it')
      .argument('[file]', 'a file, or - for standard input (also without it)')
      .addOption(
        new Option('--as <kind>', 'whose words they are')
          .choices(['user', 'system', 'assistant', 'tool', 'document', 'tool_arguments'])
          .default('user'),
      )
      .option('--output', 'judge it as an answer of a model')
      .option('--model <model>', 'under the policies for this model')
      .option('--principal <id>', 'under the policies for this user'),
    deps,
    async (ctx, { args, options }) => {
      const text = await givenText(ctx, args[0]);
      const api = await ctx.api();
      printVerdict(ctx, await api.send('POST', `${path}/inspect`, bodyOf(text, options)), text);
    },
  );
  act<ListOptions>(
    withLimit(firewall.command('policies').description('who is judged otherwise than by the defaults')),
    deps,
    async (ctx, { options }) =>
      printListing(ctx, await (await ctx.api()).list(`${path}/policies`, {}, options.limit), policyListing),
  );
};
