/*
 * How soon a job on this host is active after its submission, and how soon its shell is there: one job after the other,
 * each in its own bubblewrap sandbox. `node bench/job-start.ts [--jobs 30]`; the real server with its embedded
 * PostgreSQL in a temporary directory. Needs bubblewrap. Target: active < 2 s.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createApiKey, post } from './support/api.ts';
import { describeMachine } from './support/machine.ts';
import { report } from './support/result.ts';
import { withServer, type BenchServer } from './support/server.ts';
import { latencyOf } from './support/statistics.ts';
import { ms, whole } from './support/table.ts';

const { values } = parseArgs({ options: { jobs: { type: 'string', default: '30' } } });
const jobs = Number(values.jobs);
const targetMs = 2_000;
const pollMs = 10;
const patienceMs = 60_000;

const machine = describeMachine();

/** Milliseconds from before the submission to the answer that shows the status. */
const until = async (server: BenchServer, key: string, id: string, statuses: readonly string[]) => {
  const giveUpMs = performance.now() + patienceMs;
  while (performance.now() < giveUpMs) {
    const answer = await fetch(`${server.url}/v1/jobs/${id}`, {
      headers: { authorization: `Bearer ${key}` },
    });
    const { status } = (await answer.json()) as { status: string };
    if (statuses.includes(status)) return;
    await sleep(pollMs);
  }
  throw new Error(`${id} was not ${statuses.join(' or ')} in time`);
};
const submit = async (server: BenchServer, key: string, body: object): Promise<string> => {
  const answer = (await post(`${server.url}/v1/jobs/submit`, body, key)) as { job_id: string };
  return answer.job_id;
};

await withServer(async (server) => {
  const key = await createApiKey(server.url);
  const type = process.arch === 'arm64' ? 'cpu-arm' : 'cpu-x86';
  const submitted: number[] = [];
  const active: number[] = [];
  const gone: number[] = [];
  // The first look at this host must have been made.
  await sleep(2_000);
  for (let n = 0; n < jobs + 2; n += 1) {
    const startedMs = performance.now();
    const id = await submit(server, key, { instance_type: type, duration_hours: 1 });
    submitted.push(performance.now() - startedMs);
    await until(server, key, id, ['active']);
    active.push(performance.now() - startedMs);
    const cancelledMs = performance.now();
    await post(`${server.url}/v1/jobs/${id}/cancel`, {}, key);
    await until(server, key, id, ['cancelled']);
    gone.push(performance.now() - cancelledMs);
  }
  const row = (name: string, took: readonly number[]): readonly string[] => {
    const { p50Ms, p90Ms, p99Ms, maxMs } = latencyOf(took.slice(2));
    return [name, ms(p50Ms), ms(p90Ms), ms(p99Ms), ms(maxMs)];
  };
  const { p99Ms } = latencyOf(active.slice(2));
  report({
    bench: 'job-start',
    machine,
    figures: [
      {
        name: 'job on this host active after its submission, p99',
        target: `< ${String(targetMs / 1000)} s`,
        measured: ms(p99Ms),
        met: p99Ms < targetMs,
      },
    ],
    tables: [
      {
        title: `${whole(jobs)} jobs one after the other, each with sshd where the host has it`,
        columns: ['', 'p50', 'p90', 'p99', 'max'],
        rows: [
          row('answer of the submission', submitted),
          row('active', active),
          row('cancelled, after the request', gone),
        ],
      },
    ],
    notes: [`Asked every ${String(pollMs)} ms over HTTP; the time of the last answer is in it.`],
  });
});
