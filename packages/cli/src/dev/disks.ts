import {
  DiskContent,
  DiskList,
  DiskOperation,
  DiskOperationStarted,
  DiskRenamed,
  DiskSnapshotList,
  type Disk,
} from '@gpushield/contracts';
import type { Command } from 'commander';
import { checked } from '../api/check.ts';
import { CliError } from '../cli-error.ts';
import { act, argument, confirm, integerBetween, type CommandContext, type CommandDeps } from '../context.ts';
import type { Column } from '../output.ts';
import { relativeTime } from '../text/relative-time.ts';
import { diskName } from './disk-name.ts';
import { untilInterrupted } from './interrupt.ts';
import { patient } from './patience.ts';

interface WaitOptions {
  readonly wait: boolean;
}

const pauseMs = 1000;
const path = (name: string, rest = ''): string => `/v1/disks/${diskName(name)}${rest}`;

const stateOf = (disk: Disk): string => {
  if (disk.is_deleted) return 'deleted';
  if (disk.in_use) return `used by ${disk.reservation_id?.slice(0, 8) ?? 'a job'}`;
  return disk.is_backing_up ? 'being copied' : disk.status;
};

const columns = (ctx: CommandContext): readonly Column<Disk>[] => {
  const ago = (at: string | null): string => relativeTime(at, ctx.io.now());
  return [
    { header: 'NAME', cell: ({ disk_name: name }) => name },
    { header: 'GB', cell: ({ size_gb: size }) => String(size), align: 'right' },
    { header: 'STATE', cell: stateOf },
    { header: 'LAST USED', cell: ({ last_used: at }) => ago(at) },
    { header: 'SNAPSHOTS', cell: ({ snapshot_count: count }) => String(count), align: 'right' },
    { header: 'CREATED', cell: ({ created_at: at }) => ago(at) },
    { header: 'GONE', cell: ({ delete_date: at }) => ago(at) },
    { header: 'DETAIL', cell: ({ status_detail: detail }) => detail ?? '-', shrinkTo: 20 },
  ];
};

const list = async (ctx: CommandContext): Promise<void> => {
  const raw = await (await ctx.api()).get('/v1/disks');
  if (ctx.out.json) return ctx.out.value(raw);
  ctx.out.table(
    columns(ctx),
    checked(DiskList, raw).disks,
    'You have no disks: `gpu-dev disk create NAME` makes one.',
  );
};

/** A change that takes its time, followed to its end unless the caller does not want to wait. */
const operate = async (
  ctx: CommandContext,
  request: { readonly method: 'POST' | 'DELETE'; readonly path: string; readonly body?: unknown },
  { wait }: WaitOptions,
): Promise<void> => {
  const api = await ctx.api();
  const raw = await api.send(request.method, request.path, request.body);
  const started = checked(DiskOperationStarted, raw);
  if (!wait) {
    if (ctx.out.json) ctx.out.value(raw);
    else ctx.out.line(`${started.message}.`);
    return;
  }
  ctx.out.progress(`${started.message} …`);
  const place = path(started.disk_name, `/operations/${started.operation_id}`);
  const follow = async (signal: AbortSignal): Promise<unknown> => {
    const patiently = patient(ctx);
    for (;;) {
      const look = await patiently(() => api.get(place), signal);
      if (checked(DiskOperation, look).completed) return look;
      await ctx.io.sleep(pauseMs, signal);
    }
  };
  const ended = await untilInterrupted(
    ctx,
    follow,
    () => 'The server goes on with it; see `gpu-dev disk list`',
  );
  const { status, error } = checked(DiskOperation, ended);
  if (ctx.out.json) ctx.out.value(ended);
  if (status === 'failed')
    throw new CliError({
      title: `Disk ${started.disk_name}: ${started.action} failed`,
      detail: error ?? undefined,
    });
  if (!ctx.out.json)
    ctx.out.line(
      `Disk ${started.disk_name}: ${started.action} done${started.action === 'delete' ? `. ${started.message}` : ''}.`,
    );
};

const content = async (ctx: CommandContext, name: string): Promise<void> => {
  const raw = await (await ctx.api()).get(path(name, '/content'));
  if (ctx.out.json) return ctx.out.value(raw);
  const { content: tree, snapshot_date: at, message } = checked(DiskContent, raw);
  if (at !== null) ctx.out.note(`As of ${at}.`);
  if (message !== null) ctx.out.note(message);
  if (tree !== null) ctx.out.line(tree);
};

const rename = async (ctx: CommandContext, name: string, newName: string): Promise<void> => {
  const raw = await (
    await ctx.api()
  ).send('POST', path(name, '/rename'), {
    new_name: diskName(newName),
  });
  if (ctx.out.json) return ctx.out.value(raw);
  const { old_name: before, new_name: after } = checked(DiskRenamed, raw);
  ctx.out.line(`Disk ${before} is ${after} now.`);
};

const snapshots = async (ctx: CommandContext, name: string): Promise<void> => {
  const raw = await (await ctx.api()).get(path(name, '/snapshots'));
  if (ctx.out.json) return ctx.out.value(raw);
  ctx.out.table(
    [
      { header: 'SNAPSHOT', cell: ({ snapshot_id: id }) => id },
      { header: 'STATE', cell: ({ status }) => status },
      { header: 'TAKEN', cell: ({ created_at: at }) => relativeTime(at, ctx.io.now()) },
      { header: 'JOB', cell: ({ job_id: id }) => id?.slice(0, 8) ?? '-' },
      { header: 'BYTES', cell: ({ size_bytes: size }) => String(size ?? '-'), align: 'right' },
    ],
    checked(DiskSnapshotList, raw).snapshots,
    'There are no snapshots: one is taken when a job that uses the disk ends.',
  );
};

const noWait = ['--no-wait', 'return when the server has taken it on'] as const;

const addLooks = (disk: Command, deps: CommandDeps): void => {
  act(disk.command('list').description('your disks'), deps, list);
  act(
    disk.command('list-content').description('what its newest snapshot holds').argument('<name>'),
    deps,
    (ctx, input) => content(ctx, argument(input)),
  );
  act(
    disk.command('snapshots').description('its snapshots, newest first').argument('<name>'),
    deps,
    (ctx, input) => snapshots(ctx, argument(input)),
  );
};

const addMaking = (disk: Command, deps: CommandDeps): void => {
  act<WaitOptions & { readonly size?: number }>(
    disk
      .command('create')
      .description('make a disk')
      .argument('<name>')
      .option('--size <GB>', 'its size', integerBetween(10, 10_000))
      .option(...noWait),
    deps,
    (ctx, input) => {
      const { size } = input.options;
      const body = { disk_name: diskName(argument(input)), ...(size === undefined ? {} : { size_gb: size }) };
      return operate(ctx, { method: 'POST', path: '/v1/disks', body }, input.options);
    },
  );
  act<WaitOptions & { readonly yes?: boolean }>(
    disk
      .command('delete')
      .description('delete a disk; for 30 days it can be restored')
      .argument('<name>')
      .option('-y, --yes', 'do not ask')
      .option(...noWait),
    deps,
    async (ctx, input) => {
      const name = argument(input);
      await confirm(ctx, input.options, `Delete disk ${name}?`);
      return operate(ctx, { method: 'DELETE', path: path(name) }, input.options);
    },
  );
  act<WaitOptions & { readonly snapshot?: string }>(
    disk
      .command('clone')
      .description('make a disk out of another’s snapshot')
      .argument('<name>')
      .argument('<new-name>')
      .option('--snapshot <id>', 'which; the newest when absent')
      .option(...noWait),
    deps,
    (ctx, input) => {
      const { snapshot } = input.options;
      const body = {
        new_name: diskName(argument(input, 1)),
        ...(snapshot === undefined ? {} : { snapshot_id: snapshot }),
      };
      return operate(ctx, { method: 'POST', path: path(argument(input), '/clone'), body }, input.options);
    },
  );
};

const addKeeping = (disk: Command, deps: CommandDeps): void => {
  for (const [name, description] of [
    ['unlock', 'free a disk of a job that is over and did not give it back'],
    ['restore', 'have a deleted disk back'],
  ] as const)
    act<WaitOptions>(
      disk
        .command(name)
        .description(description)
        .argument('<name>')
        .option(...noWait),
      deps,
      (ctx, input) =>
        operate(ctx, { method: 'POST', path: path(argument(input), `/${name}`) }, input.options),
    );
  act(
    disk.command('rename').description('give it another name').argument('<name>').argument('<new-name>'),
    deps,
    (ctx, input) => rename(ctx, argument(input), argument(input, 1)),
  );
};

export const addDiskCommands = (program: Command, deps: CommandDeps): void => {
  const disk = program.command('disk').description('disks that outlive jobs');
  addLooks(disk, deps);
  addMaking(disk, deps);
  addKeeping(disk, deps);
};
