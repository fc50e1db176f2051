import {
  GenerateResponse,
  ModelList,
  ScopedTokenResponse,
  UsageRecord,
  UsageSummary,
} from '@gpushield/contracts';
import type { Command } from 'commander';
import { checked } from '../api/check.ts';
import { act, argument, integerBetween, type CommandDeps } from '../context.ts';
import { printListing, timeOption, withLimit, type ListOptions, type ListingView } from '../listing.ts';

const maxTokens = 10_000_000;
const defaultTokens = 256;
/** The server's summary has no more rows. */
const maxSummaryRows = 500;

const seconds = (value: number): string => value.toFixed(value < 10 ? 2 : 0);

const addModels = (program: Command, deps: CommandDeps): void => {
  const models = program.command('models').description('models that you may use, and where they run');
  act(models.command('list').description('list them'), deps, async (ctx) => {
    const { data } = checked(ModelList, await (await ctx.api()).get('/api/v1/models'));
    if (ctx.out.json) {
      ctx.out.value(data);
      return;
    }
    ctx.out.table(
      [
        { header: 'MODEL', cell: (model) => model.name },
        {
          header: 'SERVERS',
          cell: (model) => model.targets.map(({ upstream, status }) => `${upstream} (${status})`).join(', '),
        },
        { header: 'CONTEXT', cell: (model) => String(model.context_tokens ?? '-'), align: 'right' },
        { header: 'ANSWER MAX', cell: (model) => String(model.max_output_tokens), align: 'right' },
        { header: 'FALLBACKS', cell: (model) => model.fallbacks.join(', ') || '-' },
      ],
      data,
      'There are no models: set OLLAMA_BASE_URL, OPENAI_API_KEY or GPUSHIELD_MODELS_FILE at the server.',
    );
  });
};

const usageListing: ListingView<typeof UsageRecord> = {
  schema: UsageRecord,
  empty: 'Nothing was used.',
  columns: ({ ago }) => [
    { header: 'WHEN', cell: (entry) => ago(entry.at) },
    { header: 'WHO', cell: (entry) => entry.principal_id, shrinkTo: 12 },
    { header: 'WHAT', cell: (entry) => entry.subject },
    { header: 'HOW', cell: (entry) => `${entry.operation} ${entry.outcome}` },
    { header: 'PROMPT', cell: (entry) => String(entry.prompt_tokens), align: 'right' },
    { header: 'ANSWER', cell: (entry) => String(entry.completion_tokens), align: 'right' },
    { header: 'GPU S', cell: (entry) => seconds(entry.gpu_seconds), align: 'right' },
    { header: 'COST', cell: (entry) => entry.cost.toFixed(4), align: 'right' },
  ],
};

const addUsage = (program: Command, deps: CommandDeps): void => {
  const usage = program.command('usage').description('who used how many tokens and GPU-seconds of what');
  act<ListOptions & { since?: string }>(
    withLimit(usage.command('list').description('single uses, newest first')).option(
      '--since <time>',
      '2h, 7d, or an RFC 3339 time',
    ),
    deps,
    async (ctx, { options }) => {
      const query = { from: timeOption(ctx, 'since', options.since) };
      printListing(ctx, await (await ctx.api()).list('/api/v1/usage', query, options.limit), usageListing);
    },
  );
  act<{ since?: string }>(
    usage
      .command('summary')
      .description('sums by user and model, of the last day unless told')
      .option('--since <time>', '2h, 7d, or an RFC 3339 time'),
    deps,
    async (ctx, { options }) => {
      const query = { from: timeOption(ctx, 'since', options.since) };
      const { data } = checked(UsageSummary, await (await ctx.api()).get('/api/v1/usage/summary', query));
      if (ctx.out.json) {
        ctx.out.value(data);
        return;
      }
      ctx.out.table(
        [
          { header: 'WHO', cell: (row) => row.principal_id },
          { header: 'WHAT', cell: (row) => row.subject },
          { header: 'CALLS', cell: (row) => String(row.calls), align: 'right' },
          { header: 'PROMPT', cell: (row) => String(row.prompt_tokens), align: 'right' },
          { header: 'ANSWER', cell: (row) => String(row.completion_tokens), align: 'right' },
          { header: 'GPU S', cell: (row) => seconds(row.gpu_seconds), align: 'right' },
          { header: 'COST', cell: (row) => row.cost.toFixed(4), align: 'right' },
        ],
        data,
        'Nothing was used.',
      );
      if (data.length >= maxSummaryRows) ctx.out.note('There may be more: narrow the time.');
    },
  );
};

const addLlm = (program: Command, deps: CommandDeps): void => {
  const llm = program.command('llm').description('ask a model, or make a token for one');
  const tokens = (command: Command): Command =>
    command.option('--max-tokens <n>', 'at most', integerBetween(1, maxTokens), defaultTokens);
  act<{ maxTokens: number; system?: string }>(
    tokens(
      llm.command('ask').description('one prompt, one answer').argument('<model>').argument('<prompt>'),
    ).option('--system <text>', 'what the model is told before'),
    deps,
    async (ctx, input) => {
      const { maxTokens: most, system } = input.options;
      const body = {
        model: argument(input),
        prompt: argument(input, 1),
        max_tokens: most,
        ...(system === undefined ? {} : { system }),
      };
      const answer = await (await ctx.api()).send('POST', '/api/v1/llm/generate', body);
      if (ctx.out.json) {
        ctx.out.value(answer);
        return;
      }
      const { content, tokens_used: used, latency_ms: latency } = checked(GenerateResponse, answer);
      ctx.out.line(content);
      ctx.out.note(`${String(used)} tokens, ${String(latency)} ms`);
    },
  );
  act<{ maxTokens: number; scope: readonly string[] }>(
    tokens(llm.command('token').description('a token of a minute for one model').argument('<model>')).option(
      '--scope <scopes...>',
      'llm:generate, llm:embed, models:read',
      ['llm:generate'],
    ),
    deps,
    async (ctx, input) => {
      const { maxTokens: most, scope } = input.options;
      const body = { model: argument(input), max_tokens: most, scopes: scope };
      const answer = await (await ctx.api()).send('POST', '/auth/scoped-token', body);
      if (ctx.out.json) ctx.out.value(answer);
      else ctx.out.line(checked(ScopedTokenResponse, answer).access_token);
    },
  );
};

/** `gpushield models`, `usage` and `llm`. */
export const addInferenceCommands = (program: Command, deps: CommandDeps): void => {
  addModels(program, deps);
  addUsage(program, deps);
  addLlm(program, deps);
};
