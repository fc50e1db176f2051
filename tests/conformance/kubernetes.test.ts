import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../packages/server/src/testing/index.ts';
import { logIn, textAt, type Client } from '../support/client.ts';
import { makeDataDir, removeDataDir, startServer, type RunningServer } from '../support/gpushield-server.ts';
import { until } from '../support/ingest-load.ts';
import { hasKubernetes, namespace, startCluster, type Cluster, type KubeObject } from './kube-peer.ts';

const ours = 'app.kubernetes.io/managed-by=gpushield,gpushield.io/job';
const database = testDatabase();

describe.skipIf(!hasKubernetes())('jobs in a real Kubernetes', () => {
  let cluster: Cluster;
  let server: RunningServer | undefined;
  let dataDir: string;
  let admin: Client;

  const serve = (roles: string): Promise<RunningServer> =>
    startServer(dataDir, {
      DATABASE_URL: database.connectionString,
      SECRET_KEY: 'a secret of the tests, long enough for all',
      GPUSHIELD_ROLES: roles,
      GPUSHIELD_JOB_RUNTIME: 'kubernetes',
      GPUSHIELD_KUBECONFIG: cluster.kubeconfig,
      GPUSHIELD_JOB_IMAGE: 'registry.test/dev:1',
      GPUSHIELD_KUBERNETES_KATA_CLASS: 'kata',
      GPUSHIELD_KUBERNETES_PATIENCE_SECONDS: '3',
    });

  beforeAll(async () => {
    dataDir = await makeDataDir();
    cluster = await startCluster();
    await cluster.addNode('h100-0', 'gpu=nvidia.com/gpu:8', 'label=gpu-type=h100');
    await cluster.addNode('h100-1', 'gpu=nvidia.com/gpu:8', 'label=gpu-type=h100');
    server = await serve('api,worker');
    admin = await logIn(server.url);
    await until('the nodes to be seen', async () => {
      const { json } = await admin.send('GET', '/v1/gpu/availability');
      return JSON.stringify(json()).includes('"h100"');
    });
  }, 120_000);
  afterAll(async () => {
    await server?.stop();
    await (cluster as Cluster | undefined)?.down();
    await removeDataDir(dataDir);
  });

  const submit = async (body: Readonly<Record<string, unknown>> = {}): Promise<string> => {
    const answer = await admin.send('POST', '/v1/jobs/submit', {
      instance_type: 'h100',
      duration_hours: 0.5,
      ...body,
    });
    expect(answer.status, answer.text).toBeLessThan(300);
    return textAt(answer.json(), 'job_id');
  };
  const job = async (id: string) => (await admin.send('GET', `/v1/jobs/${id}`)).json();
  const reaches = (id: string, ...statuses: string[]): Promise<void> =>
    until(`the job to be ${statuses.join(' or ')}`, async () =>
      statuses.includes(textAt(await job(id), 'status')),
    );
  const cancel = (id: string) => admin.send('POST', `/v1/jobs/${id}/cancel`);
  const podsOf = async (id: string): Promise<readonly KubeObject[]> =>
    (await cluster.objects('pods')).filter(({ metadata }) => metadata.labels?.['gpushield.io/job'] === id);
  const leftOf = (selector: string): Promise<string> =>
    cluster.kubectl([
      '-n',
      namespace,
      'get',
      'pods,services,secrets,networkpolicies',
      '-l',
      selector,
      '-o',
      'name',
    ]);

  it('is active when its pod is, with the port that the cluster gave, and leaves nothing', async () => {
    const id = await submit({ gpu_count: 2, env_vars: { TOKEN: 'very secret' } });
    await reaches(id, 'active');
    const [pod] = await podsOf(id);
    const services = await cluster.objects('services');
    const door = services.find(({ metadata }) => metadata.name === pod?.metadata.name);
    const [port] = door?.spec['ports'] as readonly { nodePort: number }[];
    expect(await job(id)).toMatchObject({
      node_ip: '127.0.0.1',
      node_port: port?.nodePort,
      pod_name: pod?.metadata.name,
    });
    expect(JSON.stringify(pod)).not.toContain('very secret');
    await cancel(id);
    await until('nothing to be left', async () => (await leftOf(ours)).trim() === '');
    await reaches(id, 'cancelled');
  });
});
