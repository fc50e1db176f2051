import { Availability, ClusterStatus, type TypeAvailability } from '@gpushield/contracts';
import type { Command } from 'commander';
import { checked } from '../api/check.ts';
import { act, type CommandContext, type CommandDeps } from '../context.ts';
import type { Column } from '../output.ts';
import { jsonLook, newPicture, showOrWatch, watchFlags } from './watch.ts';

interface WatchOptions {
  readonly watch?: boolean;
}

const number = (header: string, cell: (type: TypeAvailability) => number): Column<TypeAvailability> => ({
  header,
  cell: (type) => String(cell(type)),
  align: 'right',
});

export const availabilityColumns = (ctx: CommandContext): readonly Column<TypeAvailability>[] => [
  { header: 'TYPE', cell: ({ gpu_type: type }) => type },
  {
    ...number('FREE', ({ available }) => available),
    paint: ({ available }, text) => ctx.out.paint(available > 0 ? 'green' : 'red', text),
  },
  number('TOTAL', ({ total }) => total),
  number('IN USE', ({ in_use: used }) => used),
  number('WAITING', ({ queued }) => queued),
  // Eight free on eight nodes are not eight for one job: these two tell them apart.
  number('FREE ON ONE NODE', ({ largest_free: largest }) => largest),
  number('WHOLE NODES FREE', ({ free_whole_nodes: nodes }) => nodes),
  number('NOT AVAILABLE', ({ unavailable }) => unavailable),
];

const byName = (types: Readonly<Record<string, TypeAvailability>>): readonly TypeAvailability[] =>
  Object.values(types).toSorted((left, right) => left.gpu_type.localeCompare(right.gpu_type));

const sayStale = (ctx: CommandContext, stale: boolean): void => {
  if (stale) ctx.out.warn('The cluster does not answer: this is what it said last.');
};

const avail = async (ctx: CommandContext, options: WatchOptions): Promise<void> => {
  const api = await ctx.api();
  await showOrWatch(ctx, options, async () => {
    const raw = await api.get('/v1/gpu/availability');
    if (ctx.out.json) return jsonLook(ctx, options, raw);
    const { availability, stale } = checked(Availability, raw);
    newPicture(ctx, options);
    ctx.out.table(availabilityColumns(ctx), byName(availability), 'No node has anything to reserve.');
    sayStale(ctx, stale);
  });
};

const status = async (ctx: CommandContext, options: WatchOptions): Promise<void> => {
  const api = await ctx.api();
  await showOrWatch(ctx, options, async () => {
    const raw = await api.get('/v1/cluster/status');
    if (ctx.out.json) return jsonLook(ctx, options, raw);
    const cluster = checked(ClusterStatus, raw);
    newPicture(ctx, options);
    ctx.out.pairs([
      ['server', await ctx.url()],
      ['jobs run by', cluster.runtime],
      ['GPUs', `${cluster.total_gpus}, ${cluster.available_gpus} free, ${cluster.in_use_gpus} in use`],
      ['GPUs waited for', cluster.queued_gpus],
      ['jobs active', cluster.active_reservations],
      ['jobs starting', cluster.preparing_reservations],
      ['jobs waiting', cluster.queued_reservations + cluster.pending_reservations],
    ]);
    sayStale(ctx, cluster.stale);
  });
};

export const addClusterCommands = (program: Command, deps: CommandDeps): void => {
  act<WatchOptions>(
    program
      .command('avail')
      .description('what is free, of each type')
      .option(...watchFlags),
    deps,
    (ctx, { options }) => avail(ctx, options),
  );
  act<WatchOptions>(
    program
      .command('status')
      .description('the cluster in numbers')
      .option(...watchFlags),
    deps,
    (ctx, { options }) => status(ctx, options),
  );
};
