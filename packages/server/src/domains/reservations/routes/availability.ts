import { Availability, ClusterNodeList, ClusterStatus } from '@gpushield/contracts';
import { defineRoute, ok } from '../../../platform/http/route.ts';
import { closedReason, type ClusterSums } from '../cluster-view.ts';
import type { RouteDeps } from '../deps.ts';
import { summarize } from '../scheduling/availability.ts';
import { jobTag, reservationAdminTag } from './job-params.ts';

/** Every type in numbers. */
export const summaryOf = ({ pools, queued, types }: ClusterSums) =>
  summarize(pools, queued, new Map([...types].map(([type, row]) => [type, row.max_gpus_per_node_and_job])));

export const getAvailability = (deps: RouteDeps) =>
  defineRoute({
    method: 'GET',
    path: '/v1/gpu/availability',
    operationId: 'getGpuAvailability',
    summary: 'What there is of each type, what is free, and how it is spread over nodes',
    tag: jobTag,
    access: { scope: 'cluster:read' },
    audit: { when: 'with', action: 'cluster.availability' },
    effect: 'read',
    schema: { responses: { 200: Availability } },
    handler: async () => {
      const sums = await deps.views.sums();
      const timestamp = new Date(deps.clock.nowMs()).toISOString();
      const asOf = new Date(sums.observedAtMs).toISOString();
      return ok({ availability: summaryOf(sums), timestamp, as_of: asOf, stale: sums.stale });
    },
  });

export const getClusterStatus = (deps: RouteDeps) =>
  defineRoute({
    method: 'GET',
    path: '/v1/cluster/status',
    operationId: 'getClusterStatus',
    summary: 'The cluster in numbers: GPUs and reservations',
    tag: jobTag,
    access: { scope: 'cluster:read' },
    audit: { when: 'with', action: 'cluster.status' },
    effect: 'read',
    schema: { responses: { 200: ClusterStatus } },
    handler: async () => {
      const sums = await deps.views.sums();
      const summary = summaryOf(sums);
      // CPU types have slots, and slots are no GPUs.
      const gpus = Object.values(summary).filter(
        ({ gpu_type: type }) => sums.types.get(type)?.kind !== 'cpu',
      );
      const sum = (of: (one: (typeof gpus)[number]) => number): number =>
        gpus.reduce((total, one) => total + of(one), 0);
      return ok({
        total_gpus: sum(({ total }) => total),
        available_gpus: sum(({ available }) => available),
        in_use_gpus: sum(({ in_use: used }) => used),
        queued_gpus: sum(({ queued }) => queued),
        active_reservations: sums.counts.active,
        preparing_reservations: sums.counts.preparing,
        queued_reservations: sums.counts.queued,
        pending_reservations: sums.counts.pending,
        by_gpu_type: summary,
        timestamp: new Date(deps.clock.nowMs()).toISOString(),
        runtime: deps.runtime.name,
        stale: sums.stale,
      });
    },
  });

export const listClusterNodes = (deps: RouteDeps) =>
  defineRoute({
    method: 'GET',
    path: '/v1/admin/nodes',
    operationId: 'listReservationNodes',
    summary: 'Nodes that jobs run on: what each has, what is free, and what keeps jobs away',
    tag: reservationAdminTag,
    access: { scope: 'cluster:write' },
    audit: { when: 'with', action: 'cluster.nodes' },
    effect: 'read',
    schema: { responses: { 200: ClusterNodeList } },
    handler: async () => {
      const view = await deps.views.current();
      const freeOf = new Map(view.state.pools.map((pool) => [`${pool.node}\n${pool.gpuType}`, pool.free]));
      const nodes = (view.capacity?.nodes ?? []).map((node) => {
        const row = view.nodes.get(node.name);
        const reason = closedReason(node.unschedulableReason, row, view.state.nowMs);
        return {
          name: node.name,
          ready: node.ready,
          takes_jobs: node.ready && reason === null,
          reason,
          cordoned: row?.cordoned ?? false,
          maintenance_from: row?.maintenance_from?.toISOString() ?? null,
          maintenance_until: row?.maintenance_until?.toISOString() ?? null,
          pools: node.pools.map(({ gpuType, total, usedByOthers }) => {
            const free = freeOf.get(`${node.name}\n${gpuType}`) ?? 0;
            return {
              gpu_type: gpuType,
              total,
              used_by_others: usedByOthers,
              used_by_jobs: Math.max(0, total - usedByOthers - free),
              free,
            };
          }),
        };
      });
      const asOf = new Date(view.capacity?.observedAtMs ?? view.state.nowMs).toISOString();
      return ok({ nodes, as_of: asOf, stale: view.stale });
    },
  });
