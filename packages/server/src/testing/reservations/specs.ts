import { randomUUID } from 'node:crypto';
import { nodeName } from '../../domains/reservations/runtime/local/host.ts';
import type { WorkloadSpec } from '../../domains/reservations/runtime/port.ts';

/** A CPU job that runs this command, on this host. */
export const commandSpec = (command: string | null, more: Partial<WorkloadSpec> = {}): WorkloadSpec => ({
  jobId: randomUUID(),
  userId: 'user',
  username: 'user',
  name: null,
  type: {
    gpuType: 'cpu-x86',
    kind: 'cpu',
    vendor: 'none',
    gpusPerNode: 0,
    slotsPerNode: 4,
    resourceName: null,
    nodeLabels: {},
    runtimeClass: null,
  },
  placements: [{ rank: 0, node: nodeName(), units: 1, deviceIds: [] }],
  gpuCount: 0,
  image: null,
  dockerfile: null,
  command,
  env: {},
  preserveEntrypoint: false,
  profile: 'restricted',
  requireKata: false,
  diskId: null,
  users: [],
  closed: false,
  jupyter: { enabled: false, token: '' },
  expiresAtMs: null,
  ...more,
});
