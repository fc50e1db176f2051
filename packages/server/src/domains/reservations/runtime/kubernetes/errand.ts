import type { V1Pod, V1Volume, V1VolumeMount } from '@kubernetes/client-node';
import type { Clock } from '../../../../platform/clock.ts';
import type { KubeApi } from './api.ts';
import { explainPod } from './explain-pods.ts';
import { readPod, type SeenPod } from './facts.ts';
import { toleratedTaints } from './free-units.ts';
import { errandLabel, managedBy, managedLabel } from './names.ts';
import { pathsIn } from './paths.ts';
import { restrictedContainer, restrictedPod } from './restricted.ts';
import type { KubernetesSettings } from './settings.ts';
import type { Wire } from './wire.ts';

/** What a pod of ours does once, beside jobs: it holds no device, and no more than its image is the operator's choice. */
export interface Errand {
  readonly name: string;
  /** Whose it is: a job or a snapshot. */
  readonly of: string;
  readonly image: string;
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly volumes: readonly Wire<V1Volume>[];
  readonly mounts: readonly Wire<V1VolumeMount>[];
  /** After this long its kubelet ends it, as a failure. */
  readonly longestSeconds: number;
  readonly memoryMib: number;
}

export type ErrandState =
  | { readonly kind: 'running' }
  | { readonly kind: 'done' }
  /** For the user to read. */
  | { readonly kind: 'failed'; readonly reason: string };

export interface ErrandDeps {
  readonly api: KubeApi;
  readonly settings: Pick<KubernetesSettings, 'namespace' | 'patienceMs'>;
  readonly clock: Pick<Clock, 'nowMs'>;
}

const containerName = 'errand';
const graceSeconds = 120;

const podOf = (errand: Errand, namespace: string): Wire<V1Pod> => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: errand.name,
    namespace,
    labels: { [managedLabel]: managedBy, [errandLabel]: errand.of },
  },
  spec: {
    restartPolicy: 'Never',
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    activeDeadlineSeconds: errand.longestSeconds,
    securityContext: restrictedPod,
    tolerations: toleratedTaints.map((key) => ({ key, operator: 'Exists' })),
    containers: [
      {
        name: containerName,
        image: errand.image,
        command: [...errand.command],
        env: Object.entries(errand.env ?? {}).map(([name, value]) => ({ name, value })),
        resources: {
          requests: { cpu: '50m', memory: `${errand.memoryMib}Mi` },
          limits: { memory: `${errand.memoryMib}Mi` },
        },
        securityContext: restrictedContainer,
        volumeMounts: [...errand.mounts],
      },
    ],
    volumes: [...errand.volumes],
  },
});

/** Its kubelet ends it in time, unless that kubelet is away. */
const isLate = ({ createdMs }: SeenPod, { longestSeconds }: Errand, clock: Pick<Clock, 'nowMs'>): boolean =>
  createdMs !== undefined && clock.nowMs() - createdMs > (longestSeconds + graceSeconds) * 1000;

/** Begins the errand where it has not begun, and says how it stands; to be asked again while it runs. */
export const runErrand = async (
  { api, settings, clock }: ErrandDeps,
  errand: Errand,
): Promise<ErrandState> => {
  const { pods } = pathsIn(settings.namespace);
  const found =
    (await api.create(pods, podOf(errand, settings.namespace))) ?? (await api.get(`${pods}/${errand.name}`));
  const pod = readPod(found, []);
  if (pod === undefined) return { kind: 'running' };
  const state = explainPod(pod, { nowMs: clock.nowMs(), patienceMs: settings.patienceMs });
  if (state.kind === 'failed') return { kind: 'failed', reason: state.reason };
  if (state.kind !== 'ended')
    return isLate(pod, errand, clock) ? { kind: 'failed', reason: 'it took too long' } : { kind: 'running' };
  return state.exitCode === 0
    ? { kind: 'done' }
    : {
        kind: 'failed',
        reason: `it ended with ${state.exitCode === null ? 'no code' : `code ${state.exitCode}`}`,
      };
};

/** The end of what it wrote; empty where nothing is to be had. */
export const errandLog = ({ api, settings }: ErrandDeps, name: string, tailBytes: number): Promise<string> =>
  api
    .tail(`${pathsIn(settings.namespace).pods}/${name}/log`, { container: containerName }, tailBytes)
    .catch(() => '');

export const removeErrand = (
  { api, settings }: Pick<ErrandDeps, 'api' | 'settings'>,
  name: string,
): Promise<boolean> => api.remove(`${pathsIn(settings.namespace).pods}/${name}`, { gracePeriodSeconds: 1 });
