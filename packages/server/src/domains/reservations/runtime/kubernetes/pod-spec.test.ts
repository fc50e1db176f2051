import { describe, expect, it } from 'vitest';
import { plainCluster } from '../../../../testing/reservations/cluster-settings.ts';
import { commandSpec } from '../../../../testing/reservations/specs.ts';
import { RuntimeRefusal, type WorkloadSpec } from '../port.ts';
import { readNode } from './facts.ts';
import { buildEnvironment, buildLibrary, buildNetworkPolicy } from './job-objects.ts';
import { buildPod, imageOf, runtimeClassOf } from './pod-spec.ts';
import type { KubernetesSettings } from './settings.ts';
import { shareOf } from './shares.ts';

const settings: KubernetesSettings = { ...plainCluster, namespace: 'gpushield-jobs' };
const node = readNode({
  metadata: { name: 'n1' },
  status: { allocatable: { cpu: '192', memory: '2048Gi', 'nvidia.com/gpu': '8' } },
});
const gpuSpec = (gpus: number, more: Partial<WorkloadSpec> = {}): WorkloadSpec => {
  const plain = commandSpec(null);
  return {
    ...plain,
    gpuCount: gpus,
    placements: [{ rank: 0, node: 'n1', units: gpus, deviceIds: [] }],
    type: {
      ...plain.type,
      gpuType: 'h100',
      kind: 'gpu',
      vendor: 'nvidia',
      resourceName: 'nvidia.com/gpu',
      runtimeClass: 'nvidia',
    },
    ...more,
  };
};
const podOf = (spec: WorkloadSpec, rank = 0, of = settings) => {
  const placement = spec.placements[rank];
  const share =
    placement === undefined || node === undefined ? undefined : shareOf(spec.type, placement, node);
  if (placement === undefined || share === undefined) throw new Error('There is no share');
  return buildPod(spec, placement, share, of);
};
const envOf = (spec: WorkloadSpec, rank = 0) =>
  Object.fromEntries(
    podOf(spec, rank).spec?.containers[0]?.env?.map(({ name, value }) => [name, value]) ?? [],
  );

describe('the share of a job', () => {
  it('asks for 0.9 of its fraction, may have 1.5 of it in CPU, and tells libraries so', () => {
    const spec = gpuSpec(2);
    expect(podOf(spec).spec?.containers[0]?.resources).toEqual({
      requests: { cpu: '43200m', memory: '471859Mi', 'nvidia.com/gpu': '2' },
      limits: { cpu: '72000m', memory: '524288Mi', 'nvidia.com/gpu': '2' },
    });
    expect(envOf(spec)).toMatchObject({ OMP_NUM_THREADS: '72', MKL_NUM_THREADS: '72' });
    expect(podOf(gpuSpec(8)).spec?.containers[0]?.resources?.limits).toMatchObject({ cpu: '192000m' });
  });

  it('is none on a node that has too few', () => {
    if (node === undefined) throw new Error('The node is none');
    expect(shareOf(gpuSpec(1).type, { units: 9 }, node)).toBeUndefined();
  });
});

describe('the pod of a job', () => {
  it('is what Pod Security calls restricted', () => {
    const { spec } = podOf(gpuSpec(1));
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: {
        runAsNonRoot: true,
        runAsUser: 1000,
        seccompProfile: { type: 'RuntimeDefault' },
      },
    });
    expect(spec?.containers[0]?.securityContext).toMatchObject({
      allowPrivilegeEscalation: false,
      capabilities: { drop: ['ALL'] },
    });
    expect(spec?.volumes?.every((one) => one.hostPath === undefined)).toBe(true);
  });

  it('of the profiling profile is still nobody’s root, and shares nothing of its host', () => {
    const { spec } = podOf(gpuSpec(1, { profile: 'profiling' }));
    expect(spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, seccompProfile: { type: 'Unconfined' } },
    });
    expect(spec?.containers[0]?.securityContext).toEqual({
      runAsNonRoot: true,
      allowPrivilegeEscalation: true,
      capabilities: { drop: ['ALL'], add: ['PERFMON', 'SYS_ADMIN', 'SYS_PTRACE'] },
    });
    expect([spec?.hostPID, spec?.hostNetwork, spec?.hostIPC]).toEqual([undefined, undefined, undefined]);
    expect(spec?.volumes?.every((one) => one.hostPath === undefined)).toBe(true);
  });

  it('is bound to the node that was chosen, by its name and nothing else', () => {
    const terms = podOf(gpuSpec(1)).spec?.affinity?.nodeAffinity
      ?.requiredDuringSchedulingIgnoredDuringExecution;
    expect(terms).toEqual({
      nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n1'] }] }],
    });
    const placements = [{ rank: 0, node: 'n1\nother', units: 1, deviceIds: [] }];
    expect(() => podOf(gpuSpec(1, { placements }))).toThrow('name of a node');
  });

  it('holds no variable of its user and no key: those are in secrets', () => {
    const spec = gpuSpec(1, {
      env: { TOKEN: 'hunter2', 'not-a-name': 'x' },
      users: [{ name: 'u', sshKeys: ['ssh-ed25519 KEY'] }],
      command: 'run hunter2',
    });
    expect(JSON.stringify(podOf(spec))).not.toMatch(/hunter2|KEY/);
    expect(buildEnvironment(spec, settings).stringData).toEqual({ TOKEN: 'hunter2' });
    expect(buildLibrary(spec, settings).stringData).toMatchObject({ authorized_keys: 'ssh-ed25519 KEY\n' });
  });

  it('never takes a name of its user for a reference to a variable', () => {
    expect(envOf(gpuSpec(1, { username: '$(PATH)' }))['GPU_DEV_USER']).toBe('$$(PATH)');
  });

  it('knows its rank and its master, and only rank 0 has the disk', () => {
    const spec = gpuSpec(8, {
      diskId: '00000000-0000-4000-8000-000000000001',
      placements: [0, 1].map((rank) => ({ rank, node: 'n1', units: 8, deviceIds: [] })),
    });
    expect(envOf(spec, 1)).toMatchObject({
      RANK: '1',
      WORLD_SIZE: '2',
      MASTER_ADDR: `gs-${spec.jobId}-0.gs-${spec.jobId}`,
      MASTER_PORT: '29500',
    });
    const homes = [0, 1].map((rank) => podOf(spec, rank).spec?.volumes?.find(({ name }) => name === 'home'));
    expect(homes.map((home) => home?.persistentVolumeClaim?.claimName)).toEqual([
      'gs-disk-00000000-0000-4000-8000-000000000001',
      undefined,
    ]);
  });
});

describe('a job with a Dockerfile', () => {
  it('runs the image that is built for it, pulled as it was pushed', () => {
    const builder = {
      address: 'tcp://buildkitd:1234',
      repository: 'registry.test/built',
      image: 'buildkit:rootless',
      registrySecret: 'registry',
      tlsSecret: undefined,
    };
    const spec = gpuSpec(1, { dockerfile: 'FROM scratch', image: null });
    const pod = podOf(spec, 0, { ...settings, builder });
    expect(pod.spec?.containers[0]?.image).toBe(`registry.test/built:${spec.jobId}`);
    expect(pod.spec?.imagePullSecrets).toEqual([{ name: 'registry' }]);
    expect(podOf(gpuSpec(1), 0, { ...settings, builder }).spec?.imagePullSecrets).toBeUndefined();
    expect(buildLibrary(spec, settings).stringData).toMatchObject({ dockerfile: 'FROM scratch' });
  });
});

describe('what is refused', () => {
  it.each(['', '../x', 'a b', 'a\nb', '-x', `a@sha256:1`])('the image %j', (image) => {
    expect(() => imageOf({ ...gpuSpec(1), image }, settings)).toThrow(RuntimeRefusal);
  });

  it('a job without an image where there is no default, and Kata where there is none', () => {
    expect(() => imageOf(gpuSpec(1, { image: null }), { ...settings, image: undefined })).toThrow(
      RuntimeRefusal,
    );
    const { type } = gpuSpec(1);
    expect(() => runtimeClassOf({ requireKata: true, type }, settings)).toThrow(RuntimeRefusal);
    expect(runtimeClassOf({ requireKata: true, type }, { ...settings, kataRuntimeClass: 'kata' })).toBe(
      'kata',
    );
    expect(runtimeClassOf({ requireKata: false, type }, settings)).toBe('nvidia');
    expect(
      runtimeClassOf({ requireKata: false, type }, { ...settings, nvidiaRuntimeClass: 'none' }),
    ).toBeUndefined();
  });
});

describe('the network policy', () => {
  it('lets SSH in, ranks to each other, and nobody to the cloud’s metadata', () => {
    const { spec } = buildNetworkPolicy('00000000-0000-4000-8000-000000000000', settings);
    expect(spec?.ingress?.[0]).toEqual({ ports: [{ port: 2222, protocol: 'TCP' }] });
    expect(spec?.ingress?.[1]?.from?.[0]?.podSelector?.matchLabels).toEqual({
      'gpushield.io/job': '00000000-0000-4000-8000-000000000000',
    });
    expect(spec?.egress?.[1]?.to?.[0]?.ipBlock?.except).toContain('169.254.0.0/16');
  });
});
