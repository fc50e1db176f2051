import type { DetectionDomainDeps } from '../domains/detection/index.ts';
import type { FleetPort } from '../domains/fleet/index.ts';
import { nodesOfSpreadJobs } from '../domains/reservations/index.ts';

/**
 * The GPUs that reserved jobs over several nodes work with, so that they are compared with each other. A job that has all
 * GPUs of a node has each of them; which ones it has of a node that it shares, no cluster says, and those are left out.
 */
export const gpusOfReservations =
  (fleet: Pick<FleetPort, 'gpusOfNamedNodes'>): NonNullable<DetectionDomainDeps['knownJobs']> =>
  async (db) => {
    const held = await nodesOfSpreadJobs(db);
    if (held.length === 0) return [];
    const names = [...new Set(held.map(({ node }) => node))];
    const ofNode = Map.groupBy(await fleet.gpusOfNamedNodes(db, names), ({ nodeName }) => nodeName);
    return held.flatMap(({ jobId, node, gpus }) => {
      const there = ofNode.get(node) ?? [];
      return there.length > gpus
        ? []
        : there.map(({ gpuId, nodeId }) => ({ gpuId, nodeId, job: `reservation ${jobId}` }));
    });
  };
