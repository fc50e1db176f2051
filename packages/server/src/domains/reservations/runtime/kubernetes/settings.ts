/** A BuildKit of the cluster, and where it pushes to. */
export interface BuilderSettings {
  /** As `buildctl --addr` takes it: `tcp://buildkitd.builders:1234`. */
  readonly address: string;
  /** Without a tag: `registry.example.org/gpu-dev/built`. */
  readonly repository: string;
  /** An image with `buildctl`. */
  readonly image: string;
  /** Secrets of the namespace of jobs: `kubernetes.io/dockerconfigjson` to push and pull with; `ca.crt`, `tls.crt`, `tls.key`. */
  readonly registrySecret: string | undefined;
  readonly tlsSecret: string | undefined;
}

/** What an operator says of the cluster. */
export interface KubernetesSettings {
  /** Absolute path of a kubeconfig; undefined: the service account of the pod that the server runs in. */
  readonly kubeconfig: string | undefined;
  readonly namespace: string;
  /** Where jobs of the profiling profile run, which Pod Security must let do more; undefined: they are refused. */
  readonly profilingNamespace: string | undefined;
  /** The image of jobs that name none; undefined: every job must name one. */
  readonly image: string | undefined;
  /** Undefined: Dockerfiles are refused. */
  readonly builder: BuilderSettings | undefined;
  /** In place of the runtime class that the table of types has for NVIDIA's; `none` for no class at all. */
  readonly nvidiaRuntimeClass: string | undefined;
  /** For jobs that must have a Kata container; undefined: they are refused. */
  readonly kataRuntimeClass: string | undefined;
  /** Undefined: the cluster's default. */
  readonly storageClass: string | undefined;
  readonly snapshotClass: string | undefined;
  /** Which address of a node people are told. */
  readonly addressKind: 'InternalIP' | 'ExternalIP' | 'Hostname' | 'InternalDNS' | 'ExternalDNS';
  /** How long images that cannot be pulled, pods without a place and snapshots with errors are waited for. */
  readonly patienceMs: number;
}
