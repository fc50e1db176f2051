import type { KubernetesSettings } from '../../domains/reservations/runtime/kubernetes/settings.ts';

/** A cluster of which nothing is said but an image and a namespace. */
export const plainCluster: KubernetesSettings = {
  kubeconfig: undefined,
  namespace: 'jobs',
  profilingNamespace: undefined,
  image: 'reg/dev:1',
  builder: undefined,
  nvidiaRuntimeClass: undefined,
  kataRuntimeClass: undefined,
  storageClass: undefined,
  snapshotClass: undefined,
  addressKind: 'InternalIP',
  patienceMs: 60_000,
};
