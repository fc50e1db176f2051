import type { V1NetworkPolicy, V1PersistentVolumeClaim, V1Secret, V1Service } from '@kubernetes/client-node';
import type { DiskRef, WorkloadSpec } from '../port.ts';
import { scripts, sshPort } from './inside/scripts.ts';
import { jobLabel, labelsOf, managedBy, managedLabel, names } from './names.ts';
import type { KubernetesSettings } from './settings.ts';
import type { Wire } from './wire.ts';

type Place = Pick<KubernetesSettings, 'namespace'>;
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/;

const meta = (name: string, { namespace }: Place, labels: Record<string, string>) => ({
  name,
  namespace,
  labels,
});

/** What the shells of sshd get, in the form of its SetEnv; values of several lines have none. */
const sshEnvironment = (spec: WorkloadSpec): string =>
  Object.entries({
    ...spec.env,
    RESERVATION_ID: spec.jobId,
    GPU_DEV_JOB_ID: spec.jobId,
    GPU_DEV_USER: spec.username,
    GPU_TYPE: spec.type.gpuType,
    GPU_COUNT: String(spec.gpuCount),
  })
    .filter(([name, value]) => variableName.test(name) && !/[\r\n"\\]/.test(value))
    .map(([name, value]) => `"${name}=${value}"`)
    .join(' ');

/** Scripts, keys and the command: files of the container. Keys and Jupyter's token change while it runs. */
export const buildLibrary = (spec: WorkloadSpec, place: Place): Wire<V1Secret> => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: meta(names.job(spec.jobId), place, labelsOf(spec.jobId)),
  type: 'Opaque',
  stringData: {
    ...scripts,
    authorized_keys: `${spec.users.flatMap(({ sshKeys }) => sshKeys).join('\n')}\n`,
    command: spec.command === null ? '' : `${spec.command}\n`,
    ...(spec.dockerfile === null ? {} : { dockerfile: spec.dockerfile }),
    jupyter_token: spec.jupyter.enabled ? spec.jupyter.token : '',
    sshd_env: sshEnvironment(spec),
  },
});

/** The user's variables: they hold tokens, which have no place in the pod's own specification. */
export const buildEnvironment = (spec: WorkloadSpec, place: Place): Wire<V1Secret> => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: meta(names.environment(spec.jobId), place, labelsOf(spec.jobId)),
  type: 'Opaque',
  stringData: Object.fromEntries(Object.entries(spec.env).filter(([name]) => variableName.test(name))),
});

/** A door for SSH on the pod's node; the cluster chooses its number. */
export const buildDoor = (jobId: string, rank: number, place: Place): Wire<V1Service> => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta(names.member(jobId, rank), place, labelsOf(jobId, rank)),
  spec: {
    type: 'NodePort',
    externalTrafficPolicy: 'Local',
    selector: labelsOf(jobId, rank),
    ports: [{ name: 'ssh', port: sshPort, targetPort: 'ssh', protocol: 'TCP' }],
  },
});

/** Names for the ranks of a job of several nodes, before they are ready: they look for each other while they start. */
export const buildNames = (jobId: string, place: Place): Wire<V1Service> => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: meta(names.job(jobId), place, labelsOf(jobId)),
  spec: {
    clusterIP: 'None',
    publishNotReadyAddresses: true,
    selector: { [managedLabel]: managedBy, [jobLabel]: jobId },
    ports: [{ name: 'master', port: 29_500, protocol: 'TCP' }],
  },
});

/** In: SSH, and everything among the ranks of the job. Out: everything but what clouds tell about their machines. */
export const buildNetworkPolicy = (jobId: string, place: Place): Wire<V1NetworkPolicy> => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: meta(names.job(jobId), place, labelsOf(jobId)),
  spec: {
    podSelector: { matchLabels: { [jobLabel]: jobId } },
    policyTypes: ['Ingress', 'Egress'],
    ingress: [
      { ports: [{ port: sshPort, protocol: 'TCP' }] },
      { from: [{ podSelector: { matchLabels: { [jobLabel]: jobId } } }] },
    ],
    egress: [
      {
        ports: [
          { port: 53, protocol: 'UDP' },
          { port: 53, protocol: 'TCP' },
        ],
      },
      {
        to: [
          { ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } },
          { ipBlock: { cidr: '::/0', except: ['fe80::/10', 'fd00:ec2::/32'] } },
        ],
      },
    ],
  },
});

const snapshotGroup = 'snapshot.storage.k8s.io';

export const buildClaim = (
  { diskId, sizeGb }: DiskRef,
  fromSnapshotId: string | null,
  settings: KubernetesSettings,
): Wire<V1PersistentVolumeClaim> => ({
  apiVersion: 'v1',
  kind: 'PersistentVolumeClaim',
  metadata: meta(names.disk(diskId), settings, { [managedLabel]: managedBy }),
  spec: {
    accessModes: ['ReadWriteOnce'],
    resources: { requests: { storage: `${sizeGb}Gi` } },
    ...(settings.storageClass === undefined ? {} : { storageClassName: settings.storageClass }),
    ...(fromSnapshotId === null
      ? {}
      : {
          dataSource: {
            apiGroup: snapshotGroup,
            kind: 'VolumeSnapshot',
            name: names.snapshot(fromSnapshotId),
          },
        }),
  },
});

export const buildSnapshot = (
  { diskId }: DiskRef,
  snapshotId: string,
  settings: KubernetesSettings,
): Readonly<Record<string, unknown>> => ({
  apiVersion: `${snapshotGroup}/v1`,
  kind: 'VolumeSnapshot',
  metadata: meta(names.snapshot(snapshotId), settings, { [managedLabel]: managedBy }),
  spec: {
    ...(settings.snapshotClass === undefined ? {} : { volumeSnapshotClassName: settings.snapshotClass }),
    source: { persistentVolumeClaimName: names.disk(diskId) },
  },
});
