import { decimal, filePath, flag, httpUrl, matching, oneOf, stringList, wholeNumber } from './parsers.ts';
import { defaulted, optional } from './variable.ts';

/** Jobs and disks. */
export const reservationVariables = {
  jobRuntime: defaulted('GPUSHIELD_JOB_RUNTIME', 'local', {
    group: 'Reservations',
    description:
      'What runs jobs: `local` (this host, in bubblewrap), `kubernetes` (pods of a cluster), or `off` (jobs are refused).',
    parse: oneOf(['local', 'kubernetes', 'off']),
  }),
  jobDirectory: optional('GPUSHIELD_JOBS_DIR', {
    group: 'Reservations',
    description: 'Directory of local jobs, disks and snapshots.',
    example: '/var/lib/gpushield-jobs',
    whenUnset: '`jobs` below the data directory',
    parse: filePath,
  }),
  jobSshAddress: defaulted('GPUSHIELD_JOB_SSH_ADDRESS', '127.0.0.1', {
    group: 'Reservations',
    description: 'Address on which the sshd of local jobs listens, and which people are told.',
    parse: matching(/^[A-Za-z0-9.:-]{1,253}$/, 'must be an address or a host name'),
  }),
  jobMaxHours: defaulted('GPUSHIELD_JOB_MAX_HOURS', '24', {
    group: 'Reservations',
    description: 'Longest first duration of a job, in hours.',
    parse: decimal(0.1, 720),
  }),
  jobMaxTotalHours: defaulted('GPUSHIELD_JOB_MAX_TOTAL_HOURS', '48', {
    group: 'Reservations',
    description: 'Longest life of a job with all its extensions, in hours.',
    parse: decimal(0.1, 720),
  }),
  jobGraceSeconds: defaulted('GPUSHIELD_JOB_GRACE_SECONDS', '120', {
    group: 'Reservations',
    description: 'Seconds for which a job runs on when its time is over: an extension still saves it.',
    parse: wholeNumber(0, 3600),
  }),
  jobIdleMinutes: optional('GPUSHIELD_JOB_IDLE_MINUTES', {
    group: 'Reservations',
    description:
      'Minutes without SSH, terminal, notebook, CPU or GPU activity after which a job is warned, and after as many more released.',
    example: '60',
    whenUnset: 'idle jobs are left alone',
    parse: wholeNumber(5, 10_080),
  }),
  githubUrl: defaulted('GPUSHIELD_GITHUB_URL', 'https://github.com', {
    group: 'Reservations',
    description: 'Where the public SSH keys of GitHub users are read.',
    parse: httpUrl,
  }),
  githubAllowPrivate: defaulted('GPUSHIELD_GITHUB_ALLOW_PRIVATE', '[]', {
    group: 'Reservations',
    description:
      'Private networks and host names that this address may be at, as a JSON list or with commas.',
    parse: stringList,
  }),
  kubeconfig: optional('GPUSHIELD_KUBECONFIG', {
    group: 'Reservations',
    description: 'Kubeconfig of the cluster that runs jobs; its current context is used.',
    example: '/etc/gpushield/kubeconfig',
    whenUnset: 'the service account of the pod that the server runs in',
    parse: filePath,
  }),
  kubernetesNamespace: defaulted('GPUSHIELD_KUBERNETES_NAMESPACE', 'gpushield-jobs', {
    group: 'Reservations',
    description:
      'Namespace of jobs and disks. It belongs to one installation alone: what it does not know there is removed.',
    parse: matching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be the name of a namespace'),
  }),
  kubernetesProfilingNamespace: optional('GPUSHIELD_KUBERNETES_PROFILING_NAMESPACE', {
    group: 'Reservations',
    description:
      'Namespace of jobs of the profiling profile, which must admit more than restricted pods. Like that of jobs it belongs to one installation alone.',
    example: 'gpushield-profiling',
    whenUnset: 'such jobs are refused',
    parse: matching(/^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/, 'must be the name of a namespace'),
  }),
  jobImage: optional('GPUSHIELD_JOB_IMAGE', {
    group: 'Reservations',
    description: 'Image of jobs in a cluster that name none.',
    example: 'registry.example.org/gpu-dev:2026-01',
    whenUnset: 'every job must name an image',
    parse: matching(
      /^[a-zA-Z0-9][a-zA-Z0-9._:/-]{0,400}(@sha256:[0-9a-f]{64})?$/,
      'must be the reference of an image',
    ),
  }),
  buildkitAddress: optional('GPUSHIELD_KUBERNETES_BUILDKIT', {
    group: 'Reservations',
    description: 'Address of the BuildKit that builds the images of jobs with a Dockerfile.',
    example: 'tcp://buildkitd.builders:1234',
    whenUnset: 'such jobs are refused',
    parse: matching(/^tcp:\/\/[A-Za-z0-9.:[\]-]{1,300}:[0-9]{1,5}$/, 'must be tcp:// with a host and a port'),
  }),
  buildRepository: optional('GPUSHIELD_KUBERNETES_BUILD_REPOSITORY', {
    group: 'Reservations',
    description: 'Repository that built images are pushed to, without a tag.',
    example: 'registry.example.org/gpu-dev/built',
    whenUnset: 'jobs with a Dockerfile are refused',
    parse: matching(/^[a-z0-9][a-z0-9._:/-]{0,400}$/, 'must be a repository without a tag'),
  }),
  buildImage: defaulted('GPUSHIELD_KUBERNETES_BUILD_IMAGE', 'docker.io/moby/buildkit:rootless', {
    group: 'Reservations',
    description: 'Image with `buildctl`, the client of BuildKit.',
    parse: matching(
      /^[a-zA-Z0-9][a-zA-Z0-9._:/-]{0,400}(@sha256:[0-9a-f]{64})?$/,
      'must be the reference of an image',
    ),
  }),
  buildRegistrySecret: optional('GPUSHIELD_KUBERNETES_BUILD_SECRET', {
    group: 'Reservations',
    description:
      'Secret of type kubernetes.io/dockerconfigjson, in the namespace of jobs, with which built images are pushed and pulled.',
    example: 'registry',
    whenUnset: 'without credentials',
    parse: matching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'must be the name of a Secret'),
  }),
  buildTlsSecret: optional('GPUSHIELD_KUBERNETES_BUILD_TLS_SECRET', {
    group: 'Reservations',
    description:
      'Secret with `ca.crt`, `tls.crt` and `tls.key`, in the namespace of jobs, for that BuildKit.',
    example: 'buildkit-client',
    whenUnset: 'in the clear',
    parse: matching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'must be the name of a Secret'),
  }),
  nvidiaRuntimeClass: optional('GPUSHIELD_KUBERNETES_NVIDIA_CLASS', {
    group: 'Reservations',
    description: 'RuntimeClass of pods with NVIDIA GPUs, or `none` where nodes need no class for them.',
    example: 'none',
    whenUnset: 'the class of the table of types',
    parse: matching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'must be the name of a RuntimeClass'),
  }),
  kataRuntimeClass: optional('GPUSHIELD_KUBERNETES_KATA_CLASS', {
    group: 'Reservations',
    description: 'RuntimeClass of jobs that must have a Kata container.',
    example: 'kata-qemu',
    whenUnset: 'such jobs are refused',
    parse: matching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'must be the name of a RuntimeClass'),
  }),
  jobStorageClass: optional('GPUSHIELD_KUBERNETES_STORAGE_CLASS', {
    group: 'Reservations',
    description: 'StorageClass of disks.',
    example: 'fast-ssd',
    whenUnset: 'the default of the cluster',
    parse: matching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'must be the name of a StorageClass'),
  }),
  jobSnapshotClass: optional('GPUSHIELD_KUBERNETES_SNAPSHOT_CLASS', {
    group: 'Reservations',
    description: 'VolumeSnapshotClass of snapshots.',
    example: 'fast-ssd-snapshots',
    whenUnset: 'the default of the cluster',
    parse: matching(/^[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?$/, 'must be the name of a VolumeSnapshotClass'),
  }),
  jobAddressKind: defaulted('GPUSHIELD_KUBERNETES_ADDRESS_KIND', 'internalip', {
    group: 'Reservations',
    description:
      'Which address of a node people connect to: `internalip`, `externalip`, `hostname`, `internaldns` or `externaldns`.',
    parse: oneOf(['internalip', 'externalip', 'hostname', 'internaldns', 'externaldns']),
  }),
  jobPatienceSeconds: defaulted('GPUSHIELD_KUBERNETES_PATIENCE_SECONDS', '120', {
    group: 'Reservations',
    description:
      'Seconds for which images that cannot be pulled, pods without a place and snapshots with errors are waited for before they count as failed.',
    parse: wholeNumber(1, 3600),
  }),
  awsRawLogin: defaulted('GPUSHIELD_AWS_RAW_LOGIN', 'false', {
    group: 'Reservations',
    description:
      'Whether POST /v1/auth/aws-login also takes AWS secrets themselves, as old clients send them. Pre-signed logins send none.',
    parse: flag,
  }),
  awsLoginAudience: defaulted('GPUSHIELD_AWS_LOGIN_AUDIENCE', 'gpushield', {
    group: 'Reservations',
    description:
      'What pre-signed logins sign as X-GPUShield-Audience: its own for each installation, so that a login at one is none at another.',
    example: 'gpus.example.org',
    parse: matching(/^[A-Za-z0-9.:/_-]{1,253}$/, 'must have 1 to 253 letters, digits and . : / _ -'),
  }),
  awsLoginRegions: optional('GPUSHIELD_AWS_LOGIN_REGIONS', {
    group: 'Reservations',
    description: 'Regions whose STS a pre-signed login may be signed for.',
    example: 'us-east-1,eu-central-1',
    whenUnset: 'AWS_REGION alone',
    parse: stringList,
  }),
  stsEndpoint: optional('AWS_ENDPOINT_URL_STS', {
    group: 'Reservations',
    description: 'STS endpoint in place of each region’s own, for tests and private endpoints.',
    example: 'http://127.0.0.1:5000',
    whenUnset: 'https://sts.<region>.amazonaws.com',
    parse: httpUrl,
  }),
};
