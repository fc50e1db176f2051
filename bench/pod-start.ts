/*
 * How soon the pod of a job is there after its submission, in the real Kubernetes control plane of ../shared/peers:
 * one job after the other, then at a steady rate. `node bench/pod-start.ts [--jobs 60]`; server, API server, etcd, simulated
 * kubelets and PostgreSQL share the machine. Target: p99 < 300 ms.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { hasKubernetes, startCluster, type Cluster } from '../tests/conformance/kube-peer.ts';
import { createApiKey, post } from './support/api.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { withServer, type BenchServer } from './support/server.ts';
import { latencyOf } from './support/statistics.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({ options: { jobs: { type: 'string', default: '60' } } });
const jobs = Number(values.jobs);
const targetMs = 300;
const perSecond = 5;
const pollMs = 5;
const patienceMs = 60_000;
const nodes = 8;
const warmUp = 5;

const machine = describeMachine();

/** Milliseconds at which each job's pod was first seen in the list of the API server. */
const watchPods = (cluster: Cluster) => {
  const seen = new Map<string, number>();
  const looks: number[] = [];
  const ending = new AbortController();
  const looking = (async () => {
    while (!ending.signal.aborted) {
      const startedMs = performance.now();
      for (const { metadata } of await cluster.objects('pods')) {
        const job = metadata.labels?.['gpushield.io/job'];
        if (job !== undefined && !seen.has(job)) seen.set(job, performance.now());
      }
      looks.push(performance.now() - startedMs);
      await sleep(pollMs);
    }
  })();
  const when = async (job: string): Promise<number> => {
    const giveUpMs = performance.now() + patienceMs;
    for (;;) {
      const atMs = seen.get(job);
      if (atMs !== undefined) return atMs;
      if (performance.now() > giveUpMs) throw new Error(`The pod of ${job} was not made in time`);
      await sleep(1);
    }
  };
  return {
    when,
    looks,
    stop: async () => {
      ending.abort();
      await looking;
    },
  };
};

const run = async (server: BenchServer, cluster: Cluster): Promise<void> => {
  const key = await createApiKey(server.url);
  const pods = watchPods(cluster);
  const one = async (): Promise<number> => {
    const startedMs = performance.now();
    const body = { instance_type: 'h100', gpu_count: 1, duration_hours: 1 };
    const { job_id: id } = (await post(`${server.url}/v1/jobs/submit`, body, key)) as { job_id: string };
    const tookMs = (await pods.when(id)) - startedMs;
    await post(`${server.url}/v1/jobs/${id}/cancel`, {}, key);
    return tookMs;
  };
  const after: number[] = [];
  for (let n = 0; n < jobs + warmUp; n += 1) after.push(await one());
  const together: Promise<number>[] = [];
  const startMs = performance.now();
  for (let n = 0; n < jobs; n += 1) {
    await sleep(Math.max(0, startMs + (n * 1000) / perSecond - performance.now()));
    together.push(one());
  }
  const steady = await Promise.all(together);
  await pods.stop();
  const row = (name: string, took: readonly number[]): readonly string[] => {
    const { p50Ms, p90Ms, p99Ms, maxMs } = latencyOf(took);
    return [name, ms(p50Ms), ms(p90Ms), ms(p99Ms), ms(maxMs)];
  };
  const { p99Ms } = latencyOf(steady);
  report({
    bench: 'pod-start',
    machine,
    figures: [
      {
        name: 'pod created after its submission, p99',
        target: `< ${String(targetMs)} ms`,
        measured: ms(p99Ms),
        met: p99Ms < targetMs,
      },
    ],
    tables: [
      {
        title: `${whole(jobs)} jobs of one GPU each, ${String(nodes)} nodes with eight`,
        columns: ['', 'p50', 'p90', 'p99', 'max'],
        rows: [row('one after the other', after.slice(warmUp)), row(`${String(perSecond)} a second`, steady)],
      },
    ],
    notes: [
      `From before the request to the pod in the API server’s list, read every ${String(pollMs)} ms (a look takes ${ms(latencyOf(pods.looks).p50Ms)}). Each job is cancelled when its pod is there.`,
    ],
  });
};

if (hasKubernetes()) {
  const cluster = await startCluster();
  try {
    for (let n = 0; n < nodes; n += 1)
      await cluster.addNode(`h100-${String(n)}`, 'gpu=nvidia.com/gpu:8', 'label=gpu-type=h100');
    await withServer(
      async (server) => {
        // The first look at the cluster must have been made.
        await sleep(3_000);
        await run(server, cluster);
      },
      {
        env: {
          GPUSHIELD_JOB_RUNTIME: 'kubernetes',
          GPUSHIELD_KUBECONFIG: cluster.kubeconfig,
          GPUSHIELD_JOB_IMAGE: 'registry.test/dev:1',
        },
      },
    );
  } finally {
    await cluster.down();
  }
}
