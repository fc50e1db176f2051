import { Health, HealthDetails, type HealthStatus } from '@gpushield/contracts';
import type { Command } from 'commander';
import { checked } from '../api/check.ts';
import { errorFromAnswer } from '../api/problem.ts';
import { act, type CommandContext, type CommandDeps } from '../context.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Colour } from '../text/paint.ts';

const colours: Readonly<Record<HealthStatus, Colour>> = {
  healthy: 'green',
  degraded: 'yellow',
  unhealthy: 'red',
};

const exitCodeOf = (status: HealthStatus): ExitCode =>
  status === 'unhealthy' ? exitCodes.unavailable : exitCodes.ok;

const publicHealth = async (ctx: CommandContext): Promise<ExitCode> => {
  const transport = await ctx.transport();
  const answer = await transport({ method: 'GET', path: '/health' });
  // An unhealthy server says so with 503 and the same body: that is an answer, not a failure.
  if (answer.status !== 200 && answer.status !== 503) throw errorFromAnswer({ ...answer, signedIn: false });
  const health = checked(Health, answer.body);
  if (ctx.out.json) ctx.out.value(answer.body);
  else {
    ctx.out.pairs([
      ['server', await ctx.url()],
      ['status', health.status],
      ['database', health.database],
      ['queue', health.queue],
    ]);
  }
  return exitCodeOf(health.status);
};

const details = async (ctx: CommandContext): Promise<ExitCode> => {
  const raw = await (await ctx.api()).get('/health/details');
  const health = checked(HealthDetails, raw);
  if (ctx.out.json) {
    ctx.out.value(raw);
    return exitCodeOf(health.status);
  }
  ctx.out.pairs([
    ['server', await ctx.url()],
    ['status', health.status],
    ['version', health.version],
    ['up for', `${health.uptime_seconds} s`],
  ]);
  ctx.out.line('');
  ctx.out.table(
    [
      { header: 'CHECK', cell: (check) => check.name },
      {
        header: 'STATUS',
        cell: (check) => check.status,
        paint: (check, text) => ctx.out.paint(colours[check.status], text),
      },
      { header: 'DETAIL', cell: (check) => check.detail, shrinkTo: 16 },
      {
        header: 'FACTS',
        cell: (check) =>
          Object.entries(check.facts)
            .map(([name, value]) => `${name}=${String(value)}`)
            .join(' '),
        shrinkTo: 12,
      },
    ],
    health.checks,
    'The server reports no checks.',
  );
  return exitCodeOf(health.status);
};

export const addHealthCommand = (program: Command, deps: CommandDeps): void => {
  act<{ details?: boolean }>(
    program
      .command('health')
      .description('ask the server how it is (exit code 6 when it is unhealthy)')
      .option('--details', 'each check, sensors included (needs health:read)'),
    deps,
    (ctx, { options }) => (options.details === true ? details(ctx) : publicHealth(ctx)),
  );
};
