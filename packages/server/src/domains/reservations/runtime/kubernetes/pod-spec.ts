import type {
  V1Container,
  V1EnvVar,
  V1Pod,
  V1SecurityContext,
  V1Volume,
  V1VolumeMount,
} from '@kubernetes/client-node';
import { RuntimeRefusal, type WorkloadPlacement, type WorkloadSpec } from '../port.ts';
import { builtImage } from './build-image.ts';
import { toleratedTaints } from './free-units.ts';
import { containerName, homePath, jupyterPort, libraryPath, runPath, sshPort } from './inside/scripts.ts';
import { isNodeName, labelsOf, names, nodeAnnotation, worldAnnotation } from './names.ts';
import { restrictedContainer, restrictedPod } from './restricted.ts';
import type { KubernetesSettings } from './settings.ts';
import type { Wire } from './wire.ts';
import type { Share } from './shares.ts';

const masterPort = 29_500;
const probeSeconds = 2;
const threadVariables = [
  'OMP_NUM_THREADS',
  'MKL_NUM_THREADS',
  'OPENBLAS_NUM_THREADS',
  'NUMEXPR_NUM_THREADS',
  'VECLIB_MAXIMUM_THREADS',
];
/** References of images, as registries and kubelets take them. */
const imageReference = /^(?=.{1,512}$)[a-zA-Z0-9][a-zA-Z0-9._:/-]*(?:@sha256:[0-9a-f]{64})?$/;

/** What the job's processes see besides the user's variables, and before them. */
const variables = (spec: WorkloadSpec, rank: number, share: Share): readonly Wire<V1EnvVar>[] => {
  const base = names.job(spec.jobId);
  const isOne = spec.placements.length === 1;
  const all: Readonly<Record<string, string>> = {
    ...Object.fromEntries(
      threadVariables.filter((name) => !(name in spec.env)).map((name) => [name, String(share.threads)]),
    ),
    HOME: homePath,
    USER: 'dev',
    LOGNAME: 'dev',
    RESERVATION_ID: spec.jobId,
    GPU_DEV_JOB_ID: spec.jobId,
    GPU_DEV_USER: spec.username,
    GPU_TYPE: spec.type.gpuType,
    GPU_COUNT: String(spec.gpuCount),
    MASTER_ADDR: isOne ? '127.0.0.1' : `${names.member(spec.jobId, 0)}.${base}`,
    MASTER_PORT: String(masterPort),
    RANK: String(rank),
    WORLD_SIZE: String(spec.placements.length),
  };
  // A dollar sign in a value would be read as a reference to another variable.
  return Object.entries(all).map(([name, value]) => ({ name, value: value.replaceAll('$', '$$$$') }));
};

const volumesOf = (spec: WorkloadSpec, rank: number, share: Share): readonly Wire<V1Volume>[] => [
  // The files are for the group alone, which is the job's.
  { name: 'library', secret: { secretName: names.job(spec.jobId), defaultMode: 0o550 } },
  { name: 'run', emptyDir: {} },
  {
    name: 'shm',
    emptyDir: { medium: 'Memory', sizeLimit: `${Math.max(1, Math.floor(share.memoryLimitMib / 2))}Mi` },
  },
  // A disk is attached to one node: that of rank 0.
  spec.diskId === null || rank !== 0
    ? { name: 'home', emptyDir: {} }
    : { name: 'home', persistentVolumeClaim: { claimName: names.disk(spec.diskId) } },
];

const mounts: readonly Wire<V1VolumeMount>[] = [
  { name: 'library', mountPath: libraryPath, readOnly: true },
  { name: 'library', mountPath: '/etc/passwd', subPath: 'passwd', readOnly: true },
  { name: 'library', mountPath: '/etc/group', subPath: 'group', readOnly: true },
  { name: 'run', mountPath: runPath },
  { name: 'shm', mountPath: '/dev/shm' },
  { name: 'home', mountPath: homePath },
];

/** The image that the job runs. Errors: `RuntimeRefusal` where there is none, or what is given is none. */
export const imageOf = (
  { image, dockerfile, jobId }: Pick<WorkloadSpec, 'image' | 'dockerfile' | 'jobId'>,
  settings: Pick<KubernetesSettings, 'image' | 'builder'>,
): string => {
  if (dockerfile !== null && settings.builder !== undefined) return builtImage(settings.builder, jobId);
  const found = image ?? settings.image;
  if (found === undefined)
    throw new RuntimeRefusal('This cluster has no default image: name one with image (--image)');
  if (!imageReference.test(found)) throw new RuntimeRefusal('image is no reference of an image');
  return found;
};

/** The runtime class of a job; undefined: the node's own. Errors: `RuntimeRefusal` where Kata is required and not there. */
export const runtimeClassOf = (
  { requireKata, type }: Pick<WorkloadSpec, 'requireKata' | 'type'>,
  settings: Pick<KubernetesSettings, 'kataRuntimeClass' | 'nvidiaRuntimeClass'>,
): string | undefined => {
  if (requireKata) {
    if (settings.kataRuntimeClass === undefined)
      throw new RuntimeRefusal(
        'Kata containers are required here, and no runtime class for them is configured',
      );
    return settings.kataRuntimeClass;
  }
  const own = type.vendor === 'nvidia' ? settings.nvidiaRuntimeClass : undefined;
  const found = own ?? type.runtimeClass ?? 'none';
  return found === 'none' ? undefined : found;
};

/**
 * What a container may do beyond its user. Profilers read counters of CPUs (perf) and GPUs (SYS_ADMIN, as NVIDIA's drivers
 * ask for it) and look into other processes. Nobody is root even so: a program gets these by its file's capabilities.
 */
const powersOf = (profile: WorkloadSpec['profile']): Wire<V1SecurityContext> =>
  profile === 'profiling'
    ? {
        runAsNonRoot: true,
        allowPrivilegeEscalation: true,
        capabilities: { drop: ['ALL'], add: ['PERFMON', 'SYS_ADMIN', 'SYS_PTRACE'] },
      }
    : restrictedContainer;

/** Built images are where the builder pushed them, which may be nobody else's to read. */
const pullSecretsOf = ({ dockerfile }: WorkloadSpec, { builder }: KubernetesSettings) =>
  dockerfile === null || builder?.registrySecret === undefined
    ? {}
    : { imagePullSecrets: [{ name: builder.registrySecret }] };

const containerOf = (
  spec: WorkloadSpec,
  rank: number,
  units: number,
  share: Share,
  settings: KubernetesSettings,
): Wire<V1Container> => {
  const entry = ['/bin/sh', `${libraryPath}/init.sh`];
  const devices = spec.type.resourceName === null ? {} : { [spec.type.resourceName]: String(units) };
  return {
    name: containerName,
    image: imageOf(spec, settings),
    // An entrypoint that is kept is given ours to run, as entrypoints expect it.
    ...(spec.preserveEntrypoint ? { args: entry } : { command: entry }),
    env: [...variables(spec, rank, share)],
    envFrom: [{ secretRef: { name: names.environment(spec.jobId) } }],
    ports: [
      { name: 'ssh', containerPort: sshPort },
      { name: 'jupyter', containerPort: jupyterPort },
    ],
    resources: {
      requests: { cpu: `${share.cpuRequestMillis}m`, memory: `${share.memoryRequestMib}Mi`, ...devices },
      limits: { cpu: `${share.cpuLimitMillis}m`, memory: `${share.memoryLimitMib}Mi`, ...devices },
    },
    readinessProbe: {
      exec: { command: ['/bin/sh', `${libraryPath}/ready.sh`] },
      periodSeconds: probeSeconds,
      timeoutSeconds: 10,
      failureThreshold: 3,
    },
    securityContext: powersOf(spec.profile),
    volumeMounts: [...mounts],
    workingDir: homePath,
    terminationMessagePolicy: 'FallbackToLogsOnError',
  };
};

/**
 * The pod of one rank: what Pod Security calls restricted (or what profilers need besides), on the node that our scheduler chose. The node is an affinity
 * and no assignment: the scheduler of Kubernetes still has the last word, and gives no device away twice.
 */
export const buildPod = (
  spec: WorkloadSpec,
  { rank, node, units }: WorkloadPlacement,
  share: Share,
  settings: KubernetesSettings,
): Wire<V1Pod> => {
  if (!isNodeName(node)) throw new Error('The name of a node is none');
  const name = names.member(spec.jobId, rank);
  const runtimeClassName = runtimeClassOf(spec, settings);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace: settings.namespace,
      labels: labelsOf(spec.jobId, rank),
      annotations: { [nodeAnnotation]: node, [worldAnnotation]: String(spec.placements.length) },
    },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      hostname: name,
      ...(spec.placements.length > 1 ? { subdomain: names.job(spec.jobId) } : {}),
      ...(runtimeClassName === undefined ? {} : { runtimeClassName }),
      // The default seccomp profile keeps perf_event_open from everybody.
      securityContext:
        spec.profile === 'profiling'
          ? { ...restrictedPod, seccompProfile: { type: 'Unconfined' } }
          : restrictedPod,
      ...pullSecretsOf(spec, settings),
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }],
          },
        },
      },
      tolerations: toleratedTaints.map((key) => ({ key, operator: 'Exists' })),
      containers: [containerOf(spec, rank, units, share, settings)],
      volumes: [...volumesOf(spec, rank, share)],
    },
  };
};
