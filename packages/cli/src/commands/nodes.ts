import { Gpu, Node } from '@gpushield/contracts';
import type { Command } from 'commander';
import { checked } from '../api/check.ts';
import { resolveId, type Kind } from '../api/resolve-id.ts';
import { act, argument, confirm, type CommandContext, type CommandDeps } from '../context.ts';
import { fullTime, printListing, withLimit, type ListOptions, type ListingView } from '../listing.ts';
import type { Colour } from '../text/paint.ts';

const path = '/api/v1/nodes';
export const nodeKind: Kind = { noun: 'node', path, nameFields: ['name'] };

export const connectionColour = (status: string): Colour => {
  if (status === 'online') return 'green';
  return status === 'offline' ? 'red' : 'dim';
};

const listing = (ctx: CommandContext): ListingView<typeof Node> => ({
  schema: Node,
  empty: 'There are no nodes. `gpushield start` registers this machine; sensors register theirs.',
  columns: ({ short, ago }) => [
    { header: 'ID', cell: (node) => short(node.id) },
    { header: 'NAME', cell: (node) => node.name, shrinkTo: 12 },
    {
      header: 'STATUS',
      cell: (node) => node.status,
      paint: (node, text) => ctx.out.paint(connectionColour(node.status), text),
    },
    { header: 'GPUS', cell: (node) => String(node.gpu_count), align: 'right' },
    { header: 'SENSORS', cell: (node) => String(node.sensor_count), align: 'right' },
    { header: 'CLUSTER', cell: (node) => node.cluster_id, shrinkTo: 8 },
    { header: 'ADDRESS', cell: (node) => node.ip_address ?? '-', shrinkTo: 12 },
    { header: 'LAST SEEN', cell: (node) => ago(node.last_seen_at) },
  ],
});

const gpuListing: ListingView<typeof Gpu> = {
  schema: Gpu,
  empty: 'This node has no GPU.',
  columns: ({ short }) => [
    { header: 'ID', cell: (gpu) => short(gpu.id) },
    { header: 'VENDOR', cell: (gpu) => gpu.vendor },
    { header: 'MODEL', cell: (gpu) => gpu.model, shrinkTo: 12 },
    { header: 'DEVICE', cell: (gpu) => gpu.device_id },
    { header: 'MEMORY', cell: (gpu) => `${gpu.memory_total} MiB`, align: 'right' },
    { header: 'DRIVER', cell: (gpu) => gpu.driver_version ?? '-', shrinkTo: 8 },
    { header: 'UUID', cell: (gpu) => gpu.uuid, shrinkTo: 12 },
  ],
};

const show = (ctx: CommandContext, raw: unknown): void => {
  if (ctx.out.json) {
    ctx.out.value(raw);
    return;
  }
  const node = checked(Node, raw);
  const labels = Object.entries(node.labels).map(([name, value]) => `${name}=${value}`);
  ctx.out.pairs([
    ['id', node.id],
    ['name', node.name],
    ['status', node.status],
    ['cluster', node.cluster_id],
    ['address', node.ip_address],
    ['operating system', node.operating_system],
    ['kernel', node.kernel_version],
    ['architecture', node.architecture],
    ['kubernetes', node.kubernetes_version],
    ['labels', labels.join(', ')],
    ['GPUs', node.gpu_count],
    ['sensors', node.sensor_count],
    ['registered by', node.registered_by],
    ['last seen', fullTime(ctx, node.last_seen_at)],
    ['created', fullTime(ctx, node.created_at)],
  ]);
};

export const addNodeCommands = (program: Command, deps: CommandDeps): void => {
  const nodes = program.command('nodes').description('machines of the fleet and their GPUs');
  act<ListOptions>(
    withLimit(nodes.command('list').description('list nodes')),
    deps,
    async (ctx, { options }) =>
      printListing(ctx, await (await ctx.api()).list(path, {}, options.limit), listing(ctx)),
  );
  act(
    nodes.command('show').description('show one node').argument('<node>', 'name or id'),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      show(ctx, await api.get(`${path}/${await resolveId(api, nodeKind, argument(input))}`));
    },
  );
  act<ListOptions>(
    withLimit(nodes.command('gpus').description('list the GPUs of a node').argument('<node>', 'name or id')),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      const id = await resolveId(api, nodeKind, argument(input));
      printListing(ctx, await api.list(`${path}/${id}/gpus`, {}, input.options.limit), gpuListing);
    },
  );
  act<{ yes?: boolean }>(
    nodes
      .command('delete')
      .description('remove a node with its GPUs and sensors')
      .argument('<node>', 'name or id')
      .option('--yes', 'do not ask'),
    deps,
    async (ctx, input) => {
      const api = await ctx.api();
      const id = await resolveId(api, nodeKind, argument(input));
      await confirm(ctx, input.options, `Delete node ${argument(input)} (${id}) with its GPUs and sensors?`);
      const raw = await api.send('DELETE', `${path}/${id}`);
      if (ctx.out.json) ctx.out.value(raw ?? { id });
      else ctx.out.line(`Node ${id} is deleted.`);
    },
  );
};
