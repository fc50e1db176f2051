import type { V1KeyToPath } from '@kubernetes/client-node';
import { RuntimeRefusal, type WorkloadSpec } from '../port.ts';
import { errandLog, removeErrand, runErrand, type Errand } from './errand.ts';
import { names } from './names.ts';
import type { BuilderSettings } from './settings.ts';
import type { Wire } from './wire.ts';
import type { WorkloadDeps } from './workload-deps.ts';

const longestSeconds = 30 * 60;
const clientMemoryMib = 512;
const shownBytes = 1_500;
const contextPath = '/build';
const tlsPath = '/tls';
const registryPath = '/registry';

/** Where the image of a job is pushed to, and pulled from. */
export const builtImage = ({ repository }: BuilderSettings, jobId: string): string =>
  `${repository}:${jobId}`;

/** A secret that an operator may have given, as files; nothing where there is none. */
const given = (
  name: string,
  secretName: string | undefined,
  mountPath: string,
  items?: readonly Wire<V1KeyToPath>[],
): Pick<Errand, 'volumes' | 'mounts'> =>
  secretName === undefined
    ? { volumes: [], mounts: [] }
    : {
        volumes: [
          {
            name,
            secret: { secretName, defaultMode: 0o440, ...(items === undefined ? {} : { items: [...items] }) },
          },
        ],
        mounts: [{ name, mountPath, readOnly: true }],
      };

/** What `buildctl` is told. The build's context holds the Dockerfile and nothing else. */
const commandOf = (builder: BuilderSettings, jobId: string): readonly string[] => [
  'buildctl',
  '--addr',
  builder.address,
  ...(builder.tlsSecret === undefined
    ? []
    : [
        '--tlscacert',
        `${tlsPath}/ca.crt`,
        '--tlscert',
        `${tlsPath}/tls.crt`,
        '--tlskey',
        `${tlsPath}/tls.key`,
      ]),
  'build',
  '--progress=plain',
  '--frontend=dockerfile.v0',
  `--local=context=${contextPath}`,
  `--local=dockerfile=${contextPath}`,
  `--output=type=image,name=${builtImage(builder, jobId)},push=true`,
];

/**
 * `buildctl`, BuildKit's own client, asks the cluster's BuildKit to build and push: what a Dockerfile runs, it runs there,
 * and this pod is as restricted as a job.
 */
const buildOf = (builder: BuilderSettings, jobId: string): Errand => {
  const { tlsSecret, registrySecret } = builder;
  const parts = [
    given('build', names.job(jobId), contextPath, [{ key: 'dockerfile', path: 'Dockerfile' }]),
    given('tls', tlsSecret, tlsPath),
    given('registry', registrySecret, registryPath, [{ key: '.dockerconfigjson', path: 'config.json' }]),
  ];
  return {
    name: names.build(jobId),
    of: jobId,
    image: builder.image,
    longestSeconds,
    memoryMib: clientMemoryMib,
    command: commandOf(builder, jobId),
    env: { HOME: '/tmp', ...(registrySecret === undefined ? {} : { DOCKER_CONFIG: registryPath }) },
    volumes: [{ name: 'tmp', emptyDir: {} }, ...parts.flatMap(({ volumes }) => volumes)],
    mounts: [{ name: 'tmp', mountPath: '/tmp' }, ...parts.flatMap(({ mounts }) => mounts)],
  };
};

/** The last lines, without what terminals read as orders. */
const lastLines = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replaceAll(/\p{Cc}/gu, ' ').trim())
    .filter((line) => line !== '')
    .slice(-8)
    .join(' | ');

/** Builds the image of a job with a Dockerfile. False: it is not there yet. Errors: `RuntimeRefusal` where it cannot be built. */
export const ensureImage = async (
  deps: WorkloadDeps,
  { jobId, dockerfile }: WorkloadSpec,
): Promise<boolean> => {
  const { builder } = deps.settings;
  if (dockerfile === null) return true;
  if (builder === undefined) throw new RuntimeRefusal('This cluster has no builder any more');
  const build = buildOf(builder, jobId);
  const state = await runErrand(deps, build);
  if (state.kind === 'running') return false;
  if (state.kind === 'done') return true;
  const said = lastLines(await errandLog(deps, build.name, shownBytes));
  throw new RuntimeRefusal(`The image could not be built: ${state.reason}${said === '' ? '' : `. ${said}`}`);
};

/** Whether a build of the job is there, done or not. */
export const isBuilding = async ({ api, settings }: WorkloadDeps, jobId: string): Promise<boolean> => {
  if (settings.builder === undefined) return false;
  const { items } = await api.list(`/api/v1/namespaces/${settings.namespace}/pods`, {
    fieldSelector: `metadata.name=${names.build(jobId)}`,
  });
  return items.length > 0;
};

/** Ends a build and forgets it. */
export const removeBuild = async (deps: WorkloadDeps, jobId: string): Promise<void> => {
  if (deps.settings.builder !== undefined) await removeErrand(deps, names.build(jobId));
};
