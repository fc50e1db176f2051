import type { V1PodSecurityContext, V1SecurityContext } from '@kubernetes/client-node';
import type { Wire } from './wire.ts';

/** The user and group of everything that we run in a cluster. */
const uid = 1000;

/** What Pod Security calls restricted. */
export const restrictedPod: Wire<V1PodSecurityContext> = {
  runAsNonRoot: true,
  runAsUser: uid,
  runAsGroup: uid,
  fsGroup: uid,
  fsGroupChangePolicy: 'OnRootMismatch',
  seccompProfile: { type: 'RuntimeDefault' },
};

export const restrictedContainer: Wire<V1SecurityContext> = {
  runAsNonRoot: true,
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
};
