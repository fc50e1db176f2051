import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../../shared/peers/kube', import.meta.url));
const manifests = ['access', 'profiling'].map((name) =>
  fileURLToPath(new URL(`../../docs/operations/kubernetes/${name}.yaml`, import.meta.url)),
);
export const namespace = 'gpushield-jobs';
export const profilingNamespace = 'gpushield-profiling';

/** Whether the real control plane is here; says so loudly where it is not. */
export const hasKubernetes = (): boolean => {
  const found = existsSync(script);
  if (!found)
    console.warn('SKIPPED: no Kubernetes in ../shared/peers; jobs in a cluster were NOT tested against it');
  return found;
};

const run = (args: readonly string[], input = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = execFile(
      script,
      [...args],
      { timeout: 120_000, maxBuffer: 64 * 1024 * 1024 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout);
        else reject(new Error(`kube ${args.slice(0, 4).join(' ')}: ${stderr || error.message}`));
      },
    );
    child.stdin?.end(input);
  });

export interface Cluster {
  /** Of the account that docs/operations/kubernetes makes: tests have no more rights than operators are told. */
  readonly kubeconfig: string;
  /** As the administrator. */
  kubectl(args: readonly string[], input?: string): Promise<string>;
  /** The objects of one kind in the namespace of jobs. */
  objects(kind: string): Promise<readonly KubeObject[]>;
  /** Pods of every namespace. */
  allPods(): Promise<readonly KubeObject[]>;
  addNode(name: string, ...options: string[]): Promise<void>;
  /** Pods of this image get these annotations when they are made. */
  steer(image: string, annotations: Readonly<Record<string, string>>): Promise<void>;
  /** So do pods that look at disks. */
  steerLooks(annotations: Readonly<Record<string, string>>): Promise<void>;
  /** Snapshots that are made from now on fail with these words; null: they become ready again. */
  failSnapshots(message: string | null): Promise<void>;
  /** Ends a program without asking it. */
  kill(program: string): Promise<void>;
  start(program: string): Promise<void>;
  down(): Promise<void>;
}

export interface KubeObject {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  /** Of secrets, in base64. */
  readonly data?: Readonly<Record<string, string>>;
}

/** Lists as the administrator, without a program for each look. */
const lister = (config: string) => {
  const found = (pattern: RegExp): string => pattern.exec(config)?.[1] ?? '';
  const server = found(/server: "([^"]+)"/);
  const ca = Buffer.from(found(/certificate-authority-data: "([^"]+)"/), 'base64');
  const headers = { authorization: `Bearer ${found(/token: "([^"]+)"/)}` };
  return (path: string): Promise<readonly KubeObject[]> =>
    new Promise((resolve, reject) => {
      const sent = request(server + path, { ca, headers, timeout: 10_000 }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.once('error', reject);
        answer.once('end', () => {
          try {
            const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { items?: KubeObject[] };
            if (body.items === undefined) throw new Error(JSON.stringify(body));
            resolve(body.items);
          } catch (error) {
            reject(error instanceof Error ? error : new Error(String(error)));
          }
        });
      });
      sent.once('error', reject);
      sent.end();
    });
};

const paths: Readonly<Record<string, string>> = {
  networkpolicies: '/apis/networking.k8s.io/v1',
  volumesnapshots: '/apis/snapshot.storage.k8s.io/v1',
};

interface Steering {
  readonly name: string;
  readonly group: string;
  readonly resource: string;
  /** In CEL: which objects are meant. */
  readonly when: string;
  readonly annotations: Readonly<Record<string, string>>;
}

const policy = ({ name, group, resource, when, annotations }: Steering): string => {
  const pairs = Object.entries(annotations).map(([key, value]) => `"${key}": "${value}"`);
  const expression = `Object{metadata: Object.metadata{annotations: {${pairs.join(', ')}}}}`;
  const apiVersion = 'admissionregistration.k8s.io/v1';
  const rule = { apiGroups: [group], apiVersions: ['v1'], operations: ['CREATE'], resources: [resource] };
  const spec = {
    matchConstraints: { resourceRules: [rule] },
    matchConditions: [{ name: 'meant', expression: when }],
    failurePolicy: 'Fail',
    reinvocationPolicy: 'Never',
    mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression } }],
  };
  const metadata = { name };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'List',
    items: [
      { apiVersion, kind: 'MutatingAdmissionPolicy', metadata, spec },
      { apiVersion, kind: 'MutatingAdmissionPolicyBinding', metadata, spec: { policyName: name } },
    ],
  });
};

const probePod = (image: string, name = 'probe'): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'default' },
    spec: { containers: [{ name: 'probe', image }] },
  });
const probeSnapshot = JSON.stringify({
  apiVersion: 'snapshot.storage.k8s.io/v1',
  kind: 'VolumeSnapshot',
  metadata: { name: 'probe', namespace: 'default' },
  spec: { source: { persistentVolumeClaimName: 'probe' } },
});

type Kubectl = Cluster['kubectl'];

/** Policies are followed by a watch: one that was written or removed is not yet one that acts, or acts no more. */
const whenProbed = async (
  kubectl: Kubectl,
  probe: string,
  isSo: (made: string) => boolean,
): Promise<void> => {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const made = await kubectl(['create', '--dry-run=server', '-o', 'json', '-f', '-'], probe).catch(
      () => '',
    );
    if (made !== '' && isSo(made)) return;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  throw new Error(`A policy does not act on ${probe}`);
};

const steering = (kubectl: Kubectl): Pick<Cluster, 'steer' | 'steerLooks' | 'failSnapshots'> => ({
  steer: async (image, annotations) => {
    const name = image.replaceAll(/[^a-z0-9]+/g, '-');
    const when = `object.spec.containers[0].image == '${image}'`;
    await kubectl(['apply', '-f', '-'], policy({ name, group: '', resource: 'pods', when, annotations }));
    await whenProbed(kubectl, probePod(image), (made) =>
      Object.keys(annotations).every((key) => made.includes(key)),
    );
  },
  steerLooks: async (annotations) => {
    const when = "object.metadata.name.startsWith('gs-look-')";
    await kubectl(
      ['apply', '-f', '-'],
      policy({ name: 'looks', group: '', resource: 'pods', when, annotations }),
    );
    await whenProbed(kubectl, probePod('x', 'gs-look-probe'), (made) =>
      Object.keys(annotations).every((key) => made.includes(key)),
    );
  },
  failSnapshots: async (message) => {
    const name = 'snapshots-fail';
    const mark = 'sim/snapshot-error';
    const all = { name, group: 'snapshot.storage.k8s.io', resource: 'volumesnapshots', when: 'true' };
    if (message === null)
      await kubectl([
        'delete',
        `mutatingadmissionpolicies/${name}`,
        `mutatingadmissionpolicybindings/${name}`,
      ]);
    else await kubectl(['apply', '-f', '-'], policy({ ...all, annotations: { [mark]: message } }));
    await whenProbed(kubectl, probeSnapshot, (made) => made.includes(mark) === (message !== null));
  },
});

const isAlive = async (dir: string, program: string): Promise<boolean> => {
  try {
    return process.kill(Number(await readFile(join(dir, 'pids', program), 'utf8')), 0);
  } catch {
    return false;
  }
};

const kill = async (dir: string, program: string): Promise<void> => {
  const pid = Number(await readFile(join(dir, 'pids', program), 'utf8'));
  if (await isAlive(dir, program)) process.kill(pid, 'SIGKILL');
};

/** The kubelets end at once where the server doesn't describe its snapshots yet: they are started again when it does. */
const startKubelets = async (dir: string): Promise<void> => {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const described = await run(['kubectl', dir, 'get', '--raw', '/openapi/v3']);
    if (described.includes('snapshot.storage.k8s.io/v1')) break;
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  if (!(await isAlive(dir, 'kwok'))) await run(['start', dir, 'kwok']);
};

/** The real control plane with simulated kubelets, ready for jobs. */
export const startCluster = async (): Promise<Cluster> => {
  const root = await mkdtemp(join(tmpdir(), 'gpushield-kube-'));
  const dir = join(root, 'cluster');
  await run(['up', dir]);
  await startKubelets(dir);
  const kubectl = (args: readonly string[], input = ''): Promise<string> =>
    run(['kubectl', dir, ...args], input);
  for (const manifest of manifests) await kubectl(['apply', '-f', manifest]);
  const classes = ['nvidia', 'kata'].map((name) => ({
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name },
    handler: name,
  }));
  await kubectl(['apply', '-f', '-'], JSON.stringify({ apiVersion: 'v1', kind: 'List', items: classes }));
  const token = await kubectl(['-n', 'gpushield', 'create', 'token', 'gpushield', '--duration=24h']);
  const admin = await readFile(join(dir, 'kubeconfig'), 'utf8');
  const list = lister(admin);
  const kubeconfig = join(root, 'kubeconfig');
  await writeFile(kubeconfig, admin.replace(/token: "[^"]*"/, `token: "${token.trim()}"`), { mode: 0o600 });

  return {
    kubeconfig,
    kubectl,
    objects: (kind) => list(`${paths[kind] ?? '/api/v1'}/namespaces/${namespace}/${kind}`),
    allPods: () => list('/api/v1/pods'),
    addNode: async (name, ...options) => {
      await run(['node', dir, name, ...options]);
    },
    ...steering(kubectl),
    kill: (program) => kill(dir, program),
    start: async (program) => {
      await run(['start', dir, program]);
    },
    down: async () => {
      // Asked politely, a server that nobody will talk to again takes its time; nothing of it is kept.
      for (const name of await readdir(join(dir, 'pids')).catch(() => [])) await kill(dir, name);
      await rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
};
