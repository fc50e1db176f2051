import { Availability, type TypeAvailability } from '@gpushield/contracts';
import { checked } from '../api/check.ts';
import { usageError } from '../cli-error.ts';
import type { CommandContext } from '../context.ts';
import { availabilityColumns } from './cluster.ts';
import type { RequestOptions } from './request.ts';
import type { Settings } from './settings.ts';

/** An answer, or what holds when Enter alone is pressed. */
const ask = async (ctx: CommandContext, question: string, otherwise: string): Promise<string> => {
  const answer = (await ctx.io.stdin.readLine(`${question} [${otherwise}]: `)).trim();
  return answer === '' ? otherwise : answer;
};

const askNumber = async (ctx: CommandContext, question: string, otherwise: number): Promise<number> => {
  const value = Number(await ask(ctx, question, String(otherwise)));
  if (!Number.isFinite(value) || value < 0) throw usageError('That is no number');
  return value;
};

const askYes = async (ctx: CommandContext, question: string): Promise<boolean> =>
  /^y(es)?$/i.test(await ask(ctx, question, 'no'));

/** Asks for what the options and settings leave open. */
export const askForRequest = async (
  ctx: CommandContext,
  options: RequestOptions,
  settings: Settings,
): Promise<RequestOptions> => {
  if (!ctx.io.stdin.isTty)
    throw usageError('There is no terminal to ask on', 'Give --gpu-type and the rest.');
  const { availability } = checked(Availability, await (await ctx.api()).get('/v1/gpu/availability'));
  const types: readonly TypeAvailability[] = Object.values(availability);
  let gpuType = options.gpuType;
  if (gpuType === undefined) {
    ctx.out.table(availabilityColumns(ctx), types, 'The cluster has nothing to reserve.');
    const free = types.find(({ available }) => available > 0) ?? types[0];
    gpuType = await ask(ctx, 'Type', settings.gpu_type ?? free?.gpu_type ?? 'cpu-x86');
  }
  // A CPU type has no GPUs to count.
  const isCpu = gpuType.toLowerCase().startsWith('cpu-');
  const gpus = options.gpus ?? (isCpu ? undefined : await askNumber(ctx, 'GPUs', 1));
  const hours = options.hours ?? (await askNumber(ctx, 'Hours', settings.hours ?? 1));
  const disk = options.disk ?? (await ask(ctx, 'Disk (none for no disk)', settings.disk ?? 'none'));
  const jupyter = options.jupyter ?? (await askYes(ctx, 'Jupyter Lab? (yes, no)'));
  return { ...options, gpuType, ...(gpus === undefined ? {} : { gpus }), hours, disk, jupyter };
};
