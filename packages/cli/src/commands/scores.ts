import { Process, ProcessTree, Recalculation, Score, ScoringRule, ScoringRules } from '@gpushield/contracts';
import type { Command } from 'commander';
import { checked } from '../api/check.ts';
import { act, argument, integerBetween, type CommandContext, type CommandDeps } from '../context.ts';
import { printListing, timeOption, withLimit, type ListOptions, type ListingView } from '../listing.ts';

const colourOf = (risk: number): 'red' | 'yellow' | 'green' =>
  risk >= 75 ? 'red' : risk >= 25 ? 'yellow' : 'green';
const risk = (value: number): string => value.toFixed(1);

const scoreListing = (ctx: CommandContext): ListingView<typeof Score> => ({
  schema: Score,
  empty: 'No process has such a risk.',
  columns: ({ ago }) => [
    { header: 'PROCESS', cell: (score) => score.process_id },
    {
      header: 'RISK',
      cell: (score) => risk(score.risk_score),
      align: 'right',
      paint: (score, text) => ctx.out.paint(colourOf(score.risk_score), text),
    },
    { header: 'COMMAND', cell: (score) => score.command ?? score.executable ?? '-', shrinkTo: 12 },
    {
      header: 'WHY',
      cell: (score) =>
        score.contributions
          .slice(0, 3)
          .map(({ rule, technique }) => (technique === null ? rule : `${rule} (${technique})`))
          .join(', ') || '-',
      shrinkTo: 16,
    },
    { header: 'CHANGED', cell: (score) => ago(score.updated_at) },
  ],
});

const processListing = (ctx: CommandContext): ListingView<typeof Process> => ({
  schema: Process,
  empty: 'No process was seen yet.',
  columns: ({ ago }) => [
    { header: 'PROCESS', cell: (process) => process.process_id },
    {
      header: 'RISK',
      cell: (process) => risk(process.risk_score),
      align: 'right',
      paint: (process, text) => ctx.out.paint(colourOf(process.risk_score), text),
    },
    { header: 'COMMAND', cell: (process) => process.command ?? process.executable ?? '-', shrinkTo: 12 },
    { header: 'USER', cell: (process) => process.user_name ?? String(process.user_id ?? '-') },
    { header: 'JOB', cell: (process) => process.job_id ?? '-', shrinkTo: 8 },
    { header: 'EVENTS', cell: (process) => String(process.event_count), align: 'right' },
    { header: 'SEEN', cell: (process) => ago(process.last_seen_at) },
  ],
});

interface ScoreOptions extends ListOptions {
  readonly riskMin?: number;
  readonly agent?: string;
  readonly job?: string;
  readonly since?: string;
}

export const addScoreCommands = (program: Command, deps: CommandDeps): void => {
  const scores = program.command('scores').description('how dangerous processes are now, and why');
  act<ScoreOptions>(
    withLimit(
      scores
        .command('list')
        .description('processes with their risk')
        .option('--risk-min <n>', 'with at least this risk', integerBetween(0, 100))
        .option('--agent <id>', 'of this agent')
        .option('--job <id>', 'of this job')
        .option('--since <time>', 'whose score changed since: 15m, 2h, or an RFC 3339 time'),
    ),
    deps,
    async (ctx, { options }) => {
      const { riskMin, agent, job, since, limit } = options;
      const query = {
        risk_min: riskMin,
        agent_id: agent,
        job_id: job,
        since: timeOption(ctx, 'since', since),
      };
      printListing(ctx, await (await ctx.api()).list('/api/v1/scores', query, limit), scoreListing(ctx));
    },
  );
  act(
    scores.command('recalculate').description('make every score anew by the rules in force'),
    deps,
    async (ctx) => {
      const raw = await (await ctx.api()).send('POST', '/api/v1/scores:recalculate');
      const { id, progress } = checked(Recalculation, raw);
      if (ctx.out.json) ctx.out.value(raw);
      else ctx.out.line(`Recalculation ${id} is at ${String(Math.round(progress * 100))} %.`);
    },
  );
};

const pathOf = (id: string, rest = ''): string => `/api/v1/processes/${encodeURIComponent(id)}${rest}`;

const addTree = (processes: Command, deps: CommandDeps): void => {
  act(
    processes
      .command('tree')
      .description('who started a process, and what it started')
      .argument('<process>', 'id'),
    deps,
    async (ctx, input) => {
      const raw = await (await ctx.api()).get(pathOf(argument(input), '/tree'));
      if (ctx.out.json) {
        ctx.out.value(raw);
        return;
      }
      const { ancestors, process, descendants, truncated } = checked(ProcessTree, raw);
      const line = (one: Process, depth: number): void => {
        const what = one.command ?? one.executable ?? '-';
        ctx.out.line(`${'  '.repeat(depth)}${one.process_id}  ${risk(one.risk_score)}  ${what}`);
      };
      for (const [depth, one] of ancestors.toReversed().entries()) line(one, depth);
      line(process, ancestors.length);
      const depths = new Map([[process.process_id, ancestors.length]]);
      for (const one of descendants) {
        const depth = (depths.get(one.parent_process_id ?? '') ?? ancestors.length) + 1;
        depths.set(one.process_id, depth);
        line(one, depth);
      }
      if (truncated) ctx.out.note('There are more descendants than these.');
    },
  );
};

export const addProcessCommands = (program: Command, deps: CommandDeps): void => {
  const processes = program.command('processes').description('processes that agents saw');
  act<ListOptions & { readonly agent?: string; readonly job?: string }>(
    withLimit(
      processes
        .command('list')
        .description('list processes')
        .option('--agent <id>', 'of this agent')
        .option('--job <id>', 'of this job'),
    ),
    deps,
    async (ctx, { options: { agent, job, limit } }) => {
      const list = await (await ctx.api()).list('/api/v1/processes', { agent_id: agent, job_id: job }, limit);
      printListing(ctx, list, processListing(ctx));
    },
  );
  act(
    processes.command('show').description('the risk of one process, and why').argument('<process>', 'id'),
    deps,
    async (ctx, input) => {
      const raw = await (await ctx.api()).get(pathOf(argument(input), '/score'));
      if (ctx.out.json) {
        ctx.out.value(raw);
        return;
      }
      const score = checked(Score, raw);
      ctx.out.line(
        `${score.process_id}  risk ${risk(score.risk_score)}  ${score.command ?? score.executable ?? ''}`,
      );
      for (const { title, technique, weight, decayed_weight: now, timestamp } of score.contributions) {
        ctx.out.line(
          `  ${risk(now)} of ${risk(weight)}  ${timestamp}  ${title}${technique === null ? '' : ` (${technique})`}`,
        );
      }
    },
  );
  addTree(processes, deps);
};

const ruleListing: ListingView<typeof ScoringRule> = {
  schema: ScoringRule,
  empty: 'There are no rules.',
  columns: () => [
    { header: 'RULE', cell: (rule) => rule.id },
    { header: 'WEIGHT', cell: (rule) => String(rule.weight), align: 'right' },
    { header: 'TECHNIQUE', cell: (rule) => rule.technique ?? '-' },
    { header: 'TACTIC', cell: (rule) => rule.tactic ?? '-' },
    { header: 'FILE', cell: (rule) => rule.file },
    { header: 'TITLE', cell: (rule) => rule.title, shrinkTo: 16 },
  ],
};

export const addRuleCommands = (program: Command, deps: CommandDeps): void => {
  const rules = program.command('rules').description('what syscalls are scored by');
  act(rules.command('list').description('the rules in force'), deps, async (ctx) => {
    const raw = await (await ctx.api()).get('/api/v1/scoring/rules');
    const { data, problems } = checked(ScoringRules, raw);
    printListing(ctx, { items: data, hasMore: false }, ruleListing);
    for (const problem of problems) ctx.out.warn(`Not in force: ${problem}`);
  });
};
