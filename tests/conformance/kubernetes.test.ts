import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../packages/server/src/testing/index.ts';
import { logIn, textAt, type Client } from '../support/client.ts';
import { makeDataDir, removeDataDir, startServer, type RunningServer } from '../support/gpushield-server.ts';
import { inTerminal } from '../support/in-terminal.ts';
import { until } from '../support/ingest-load.ts';
import { witnessGpus } from './gpu-witness.ts';
import { kubeJobs } from './kube-jobs.ts';
import { hasKubernetes, namespace, profilingNamespace, startCluster, type Cluster } from './kube-peer.ts';

const ours = 'app.kubernetes.io/managed-by=gpushield,gpushield.io/job';
const database = testDatabase();
const agentSecret = 'what a sensor on the nodes signs with';
/** Random jobs, and how often the process that moves them is killed meanwhile. */
const randomJobs = Number(process.env['GPUSHIELD_TEST_KUBE_JOBS'] ?? '60');
const randomKills = Number(process.env['GPUSHIELD_TEST_KUBE_KILLS'] ?? '3');

describe.skipIf(!hasKubernetes())('jobs in a real Kubernetes', () => {
  let cluster: Cluster;
  let api: RunningServer | undefined;
  let worker: RunningServer | undefined;
  let dataDir: string;
  let admin: Client;

  const serve = (roles: 'api' | 'worker'): Promise<RunningServer> =>
    startServer(dataDir, {
      DATABASE_URL: database.connectionString,
      SECRET_KEY: 'a secret of the tests, long enough for all',
      GPUSHIELD_ROLES: roles,
      AGENT_KEYS: JSON.stringify({ sensor: agentSecret }),
      GPUSHIELD_JOB_RUNTIME: 'kubernetes',
      GPUSHIELD_KUBECONFIG: cluster.kubeconfig,
      GPUSHIELD_JOB_IMAGE: 'registry.test/dev:1',
      GPUSHIELD_KUBERNETES_KATA_CLASS: 'kata',
      GPUSHIELD_KUBERNETES_PROFILING_NAMESPACE: profilingNamespace,
      GPUSHIELD_KUBERNETES_PATIENCE_SECONDS: '3',
      GPUSHIELD_KUBERNETES_BUILDKIT: 'tcp://buildkitd.builders:1234',
      GPUSHIELD_KUBERNETES_BUILD_REPOSITORY: 'registry.test/built',
      GPUSHIELD_KUBERNETES_BUILD_IMAGE: 'sim/buildctl',
    });

  beforeAll(async () => {
    dataDir = await makeDataDir();
    cluster = await startCluster();
    await cluster.addNode('h100-0', 'gpu=nvidia.com/gpu:8', 'label=gpu-type=h100');
    await cluster.addNode('h100-1', 'gpu=nvidia.com/gpu:8', 'label=gpu-type=h100');
    [api, worker] = await Promise.all([serve('api'), serve('worker')]);
    admin = await logIn(api.url);
    await Promise.all([
      cluster.steer('sim/missing', { 'sim/start': 'ImagePullBackOff' }),
      cluster.steer('sim/oom', { 'sim/exit-after': '200ms', 'sim/exit-reason': 'OOMKilled' }),
      cluster.steer('sim/exit-3', { 'sim/exit-after': '200ms', 'sim/exit-code': '3' }),
      cluster.steer('sim/short', { 'sim/exit-after': '200ms' }),
      cluster.steerLooks({ 'sim/exit-after': '200ms' }),
    ]);
    await until('the nodes to be seen', async () => {
      const { json } = await admin.send('GET', '/v1/gpu/availability');
      return JSON.stringify(json()).includes('"h100"');
    });
  }, 120_000);
  afterAll(async () => {
    await Promise.all([api?.stop(), worker?.stop()]);
    await (cluster as Cluster | undefined)?.down();
    await removeDataDir(dataDir);
  });

  const { submit, job, reaches, cancel, podsOf, podsWhen, leftOf, gone, freeIs } = kubeJobs(() => ({
    admin,
    cluster,
  }));

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

  it('is as dangerous as what a sensor sees in the pod that the API server made, by its UID', async () => {
    const id = await submit();
    await reaches(id, 'active');
    const [pod] = await podsOf(id);
    const timestamp = new Date().toISOString();
    const seen = { syscall: 'execve', executable: '/memfd:x (deleted)', timestamp, pod: pod?.metadata.uid };
    const body = JSON.stringify({ events: [{ ...seen, pid: 7 }] });
    const signature = createHmac('sha256', agentSecret).update(body).digest('base64');
    const answer = await fetch(`${api?.url ?? ''}/api/v1/events`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-agent-id': 'sensor',
        'x-agent-signature': signature,
      },
      body,
    });
    expect(await answer.json()).toMatchObject({ accepted: 1 });
    expect((await job(id))['risk']).toMatchObject({ level: expect.stringMatching(/medium|high|critical/) });
    await gone(id);
  });

  it('has pods that a namespace admits which takes restricted ones alone', async () => {
    const plain = { containers: [{ name: 'plain', image: 'x' }] };
    const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'plain', namespace }, spec: plain };
    await expect(cluster.kubectl(['apply', '-f', '-'], JSON.stringify(pod))).rejects.toThrow(
      'violates PodSecurity "restricted',
    );
    const kata = await submit();
    const nvidia = await podsWhen(kata, 1);
    expect(nvidia[0]?.spec).toMatchObject({ runtimeClassName: 'nvidia' });
    await gone(kata);
  });

  it('runs profilers where their capabilities are admitted, for whom an operator allowed it', async () => {
    const asked = { instance_type: 'h100', duration_hours: 0.5, gpu_count: 2, profile: 'profiling' };
    const refused = await admin.send('POST', '/v1/jobs/submit', asked);
    expect(refused.json()).toMatchObject({ code: 'reservation_impossible' });
    expect(refused.text).toContain('an operator allowed');
    await admin.send('PUT', '/v1/admin/quotas/user/admin', { allow_profiling: true });
    const withDisk = await admin.send('POST', '/v1/jobs/submit', { ...asked, disk_name: 'profiles' });
    expect(withDisk.text).toContain('has no disk');
    await freeIs(16);
    const id = await submit(asked);
    await reaches(id, 'active');
    const pod = (await cluster.allPods()).find(
      ({ metadata }) => metadata.labels?.['gpushield.io/job'] === id,
    );
    expect(pod?.metadata.namespace).toBe(profilingNamespace);
    expect(pod?.spec).toMatchObject({
      securityContext: { runAsUser: 1000, runAsNonRoot: true },
      containers: [{ securityContext: { capabilities: { add: ['PERFMON', 'SYS_ADMIN', 'SYS_PTRACE'] } } }],
    });
    expect(await job(id)).toMatchObject({ node_ip: '127.0.0.1', node_port: expect.any(Number) });
    // Its GPUs are counted once: they are ours, in whichever namespace.
    await freeIs(14);
    worker?.kill('SIGKILL');
    await worker?.exited;
    worker = await serve('worker');
    await cancel(id);
    await reaches(id, 'cancelled');
    const left = ['-n', profilingNamespace, 'get', 'pods,services,secrets,networkpolicies', '-o', 'name'];
    await until(
      'nothing to be left',
      async () => (await cluster.kubectl([...left, '-l', 'gpushield.io/job'])).trim() === '',
    );
    const audit = await admin.send('GET', '/api/v1/audit?action=job.profiling');
    expect(audit.text).toContain(id);
    await admin.send('DELETE', '/v1/admin/quotas/user/admin');
  }, 120_000);

  it('with a Dockerfile waits for its build, runs what was built, and leaves no build behind', async () => {
    const errandsLeft = async (): Promise<string> =>
      (
        await cluster.kubectl(['-n', namespace, 'get', 'pods', '-l', 'gpushield.io/errand', '-o', 'name'])
      ).trim();
    await cluster.steer('sim/buildctl', { 'sim/start-delay': '1s', 'sim/exit-after': '500ms' });
    const id = await submit({ dockerfile: 'FROM registry.test/dev:1\nRUN true' });
    await until('its build', async () => (await errandsLeft()) === `pod/gs-${id}-build`);
    expect(await podsOf(id)).toEqual([]);
    await until('it to be told', async () => textAt(await job(id), 'status_detail').includes('being built'));
    await reaches(id, 'active');
    const [pod] = await podsOf(id);
    expect(pod?.spec).toMatchObject({ containers: [{ image: `registry.test/built:${id}` }] });
    await gone(id);
    // Somebody changes their mind in the middle of a build, which then ends as well.
    const unwanted = await submit({ dockerfile: 'FROM registry.test/dev:1' });
    await until('its build', async () => (await errandsLeft()).includes(unwanted));
    await gone(unwanted);
    await cluster.steer('sim/buildctl', { 'sim/exit-after': '200ms', 'sim/exit-code': '1' });
    const bad = await submit({ dockerfile: 'FROM nothing' });
    await reaches(bad, 'failed');
    expect(textAt(await job(bad), 'status_detail')).toContain(
      'The image could not be built: it ended with code 1',
    );
    await until('no build to be left', async () => (await errandsLeft()) === '');
  }, 120_000);

  it('counts what other pods hold, and places nothing there', async () => {
    const other = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'other', namespace: 'default' },
      spec: {
        nodeName: 'h100-0',
        containers: [{ name: 'c', image: 'x', resources: { limits: { 'nvidia.com/gpu': '5' } } }],
      },
    };
    await cluster.kubectl(['apply', '-f', '-'], JSON.stringify(other));
    await freeIs(11);
    const jobs = [await submit({ gpu_count: 8 }), await submit({ gpu_count: 3 })];
    for (const id of jobs) await reaches(id, 'active');
    expect((await podsOf(jobs[0] ?? ''))[0]?.spec['nodeName']).toBe('h100-1');
    expect((await podsOf(jobs[1] ?? ''))[0]?.spec['nodeName']).toBe('h100-0');
    await freeIs(0);
    await cluster.kubectl(['-n', 'default', 'delete', 'pod', 'other', '--wait=false']);
    for (const id of jobs) await gone(id);
  });

  it('gives a terminal, and keeps its log after its end', async () => {
    const id = await submit();
    await reaches(id, 'active');
    await inTerminal(api?.url ?? '', admin.token, id, 'echo $((40+2))-shown; stty size\n', /30 100/);
    const logsOf = async () => textAt((await admin.send('GET', `/v1/jobs/${id}/logs`)).json(), 'text');
    expect(await logsOf()).toBe('simulated container\n');
    const debug = await admin.send('GET', `/v1/jobs/${id}/debug`);
    expect(debug.text).toContain('Started the container');
    await gone(id);
    expect(await logsOf()).toBe('simulated container\n');
  });

  it('of several nodes starts whole, with a name for its master', async () => {
    const id = await submit({ gpu_count: 8, nodes: 2 });
    await reaches(id, 'active');
    const pods = await podsOf(id);
    expect(pods.map(({ spec }) => spec['nodeName']).sort()).toEqual(['h100-0', 'h100-1']);
    expect(pods.map(({ spec }) => spec['subdomain'])).toEqual([`gs-${id}`, `gs-${id}`]);
    const services = await cluster.objects('services');
    expect(services.find(({ metadata }) => metadata.name === `gs-${id}`)?.spec).toMatchObject({
      clusterIP: 'None',
      publishNotReadyAddresses: true,
    });
    await gone(id);
  });

  it.each([
    ['sim/missing', 'The image sim/missing could not be pulled (ImagePullBackOff)'],
    ['sim/oom', 'It ran out of memory and was killed (OOM)'],
    ['sim/exit-3', 'exit code 3'],
  ])('of the image %s fails, and says why', async (image, words) => {
    const id = await submit({ image });
    await reaches(id, 'failed');
    expect(textAt(await job(id), 'status_detail')).toContain(words);
    if (image === 'sim/oom') expect(await job(id)).toMatchObject({ oom_count: 1 });
    await until('nothing of it to be left', async () => (await leftOf(`gpushield.io/job=${id}`)) === '');
  });

  it('refuses what can never run here, at once', async () => {
    const refused = async (body: object) => {
      const answer = await admin.send('POST', '/v1/jobs/submit', { instance_type: 'h100', ...body });
      return [answer.status, textAt(answer.json(), 'detail')];
    };
    expect(await refused({ gpu_count: 9 })).toEqual([422, expect.stringContaining('at most 8')]);
    expect(await refused({ nodes: 3 })).toEqual([422, expect.stringContaining('Only 2 nodes')]);
    expect(await refused({ image: 'a b' })).toEqual([422, expect.stringContaining('image')]);
  });

  it('keeps its disk for the next job, with a snapshot that another disk is made from', async () => {
    const freeDisk = (name: string) =>
      until('the disk to be free', async () => {
        const disk = (await admin.send('GET', `/v1/disks/${name}`)).json();
        return disk['in_use'] === false && disk['is_backing_up'] === false;
      });
    const claims = () => cluster.objects('persistentvolumeclaims');
    const homeOf = async (id: string): Promise<unknown> =>
      ((await podsOf(id))[0]?.spec['volumes'] as { name: string }[]).find(({ name }) => name === 'home');
    const first = await submit({ disk_name: 'work', disk_size_gb: 10 });
    await reaches(first, 'active');
    const [before] = await claims();
    expect(await homeOf(first)).toMatchObject({
      persistentVolumeClaim: { claimName: before?.metadata.name },
    });
    await cancel(first);
    await freeDisk('work');
    const second = await submit({ disk_name: 'work' });
    await reaches(second, 'active');
    expect((await claims()).map(({ metadata }) => metadata.uid)).toEqual([before?.metadata.uid]);
    await cancel(second);
    await freeDisk('work');
    const content = (await admin.send('GET', '/v1/disks/work/content')).json();
    expect(content['content']).toEqual(expect.stringMatching(/./));
    const looks = (await cluster.objects('pods')).filter(({ metadata }) =>
      metadata.name.startsWith('gs-look-'),
    );
    expect(looks).toEqual([]);
    const snapshots = await cluster.objects('volumesnapshots');
    expect(snapshots.map(({ status }) => status?.['readyToUse'])).toEqual([true, true]);
    const cloned = await admin.send('POST', '/v1/disks/work/clone', { new_name: 'copy' });
    expect(cloned.status, cloned.text).toBeLessThan(300);
    await until('the copy to be made', async () => (await claims()).length === 2);
    const copy = (await claims()).find(({ metadata }) => metadata.uid !== before?.metadata.uid);
    expect(snapshots.map(({ metadata }) => metadata.name)).toContain(
      (copy?.spec['dataSource'] as { name: string }).name,
    );
  });

  it('ends also where its snapshot cannot be made, and says so', async () => {
    await cluster.failSnapshots('the pool is full');
    const id = await submit({ disk_name: 'unlucky', disk_size_gb: 10 });
    await reaches(id, 'active');
    await gone(id);
    await until('the job to say so', async () =>
      JSON.stringify((await job(id))['history']).includes('The snapshot failed: the pool is full'),
    );
    await cluster.failSnapshots(null);
  });

  it('gets the keys of people who come later', async () => {
    const id = await submit();
    await reaches(id, 'active');
    const key = `ssh-ed25519 ${'A'.repeat(68)}`;
    const added = await admin.send('POST', `/v1/jobs/${id}/users`, { username: 'friend', ssh_keys: [key] });
    expect(added.status, added.text).toBeLessThan(300);
    await until('the key in the secret of the job', async () => {
      const secrets = await cluster.objects('secrets');
      const data = secrets.find(({ metadata }) => metadata.name === `gs-${id}`)?.data;
      return Buffer.from(data?.['authorized_keys'] ?? '', 'base64')
        .toString()
        .includes(key);
    });
    await gone(id);
  });

  it('outlives an API server that goes away, and is not declared dead meanwhile', async () => {
    const id = await submit();
    await reaches(id, 'active');
    const waiting = [await submit({ gpu_count: 8 }), await submit({ gpu_count: 4 })];
    await cluster.kill('kube-apiserver');
    const asked = await submit({ gpu_count: 1 });
    expect((await admin.send('GET', '/v1/gpu/availability')).status).toBe(200);
    await cancel(asked);
    await cluster.start('kube-apiserver');
    await reaches(asked, 'cancelled');
    for (const one of waiting) await reaches(one, 'active');
    expect(await job(id)).toMatchObject({ status: 'active' });
    for (const one of [id, ...waiting]) await gone(one);
    await until('nothing to be left', async () => (await leftOf(ours)).trim() === '');
  });

  it(
    `gives no GPU twice and leaves nothing, in ${randomJobs} jobs with ${randomKills} kills of the worker`,
    async () => {
      for (const name of ['h100-2', 'h100-3'])
        await cluster.addNode(name, 'gpu=nvidia.com/gpu:8', 'label=gpu-type=h100');
      await freeIs(32);
      const witness = witnessGpus(cluster);
      const oneOf = <T>(...all: readonly T[]): T => all[Math.floor(Math.random() * all.length)] as T;
      const open = new Set<string>();
      let submitted = 0;
      let kills = 0;
      const ended = (): number => submitted - open.size;

      let active: readonly string[] = [];
      const look = async (): Promise<void> => {
        const { rows } = await database.db.query<{ id: string; status: string; released: boolean }>(
          'SELECT id, status, released_at IS NOT NULL AS released FROM jobs WHERE id = ANY ($1::uuid[])',
          [[...open]],
        );
        for (const { id, released } of rows) if (released) open.delete(id);
        active = rows.filter(({ status }) => status === 'active').map(({ id }) => id);
      };
      /** Now and then somebody changes their mind; most end what they have used. */
      const endOne = async (): Promise<void> => {
        const among = oneOf(true, false, false, false, false, false) ? [...open] : active;
        if (among.length > 0 && oneOf(true, false)) await cancel(oneOf(...among));
      };
      const deadlineMs = performance.now() + 120_000 + randomJobs * 2_000;
      while (ended() < randomJobs) {
        if (performance.now() > deadlineMs) throw new Error(`Only ${ended()} of ${submitted} jobs ended`);
        if (submitted < randomJobs && open.size < 40) {
          const nodes = oneOf(1, 1, 1, 1, 2, 3);
          const image = oneOf('registry.test/dev:1', 'sim/short', 'sim/short', 'sim/exit-3', 'sim/oom');
          open.add(await submit({ gpu_count: oneOf(1, 1, 2, 3, 4, 8), nodes, image }));
          submitted += 1;
        } else await endOne();
        if (kills < randomKills && submitted >= ((kills + 1) * randomJobs) / (randomKills + 2)) {
          kills += 1;
          worker?.kill('SIGKILL');
          await worker?.exited;
          worker = await serve('worker');
        }
        await look();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await until('nothing to be left', async () => (await leftOf(ours)).trim() === '', 90_000);
      await witness.stop();
      expect([...witness.oversubscribed]).toEqual([]);
      expect([...witness.madeTwice]).toEqual([]);
      expect(witness.looks).toBeGreaterThan(20);
      expect(witness.mostAtOnce).toBeGreaterThan(8);
      expect(kills).toBe(randomKills);
      await freeIs(32);
      console.info(
        `${randomJobs} jobs, ${kills} kills, ${witness.looks} looks, at most ${witness.mostAtOnce} GPUs`,
      );
    },
    240_000 + randomJobs * 2_000,
  );
});
