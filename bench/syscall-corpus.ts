/*
 * Records the corpus that `syscall-quality` judges: harmless stand-ins for attacks and everyday work, run on this machine and
 * seen by the sensor's own programs. Needs root, bpftrace and a kernel with BTF. `node bench/syscall-corpus.ts`,
 * with names of some to record those anew.
 */
import { spawn } from 'node:child_process';
import { accessSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { homedir, release } from 'node:os';
import { delimiter, join } from 'node:path';
import { attacks, runAttack } from '../tests/support/attacks.ts';
import { honestWorkloads, type HonestWorkload } from './support/honest-workloads.ts';
import { readCorpus, writeCorpus, type CorpusRun } from './support/syscall-corpus.ts';
import { descendedFrom, startRecorder, type Recorder } from './support/syscall-recorder.ts';

const rounds = 2;
const workLimitMs = 120_000;
const repository = join(import.meta.dirname, '..');

const isHere = (program: string): boolean =>
  (program.startsWith('/')
    ? [program]
    : (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, program))
  ).some((path) => {
    try {
      accessSync(path);
      return true;
    } catch {
      return false;
    }
  });

/** Names on the command line: they alone are recorded anew. */
const isAsked = ({ name }: { readonly name: string }): boolean =>
  process.argv.length <= 2 || process.argv.slice(2).includes(name);

const recordAttacks = async (recorder: Recorder): Promise<readonly CorpusRun[]> => {
  const runs: CorpusRun[] = [];
  for (let round = 0; round < rounds; round += 1) {
    for (const attack of attacks.filter(isAsked)) {
      if (attack.needs !== undefined && !recorder.available.has(attack.needs)) {
        console.log(`skipped: ${attack.name}: this kernel has no ${attack.needs}`);
        continue;
      }
      await recorder.take();
      const { pid } = await runAttack(attack);
      const events = descendedFrom(await recorder.take(), pid);
      runs.push({ name: attack.name, technique: attack.technique, pid, events });
      console.log(`attack ${attack.technique} ${attack.name}: ${events.length} events`);
    }
  }
  return runs;
};

const work = async ({ script }: HonestWorkload): Promise<number> => {
  const folder = await mkdtemp(join(homedir(), 'gpushield-corpus-'));
  try {
    const text = script.replaceAll('NODE', process.execPath).replaceAll('REPO', repository);
    const child = spawn('bash', ['-c', text], { cwd: folder, stdio: 'ignore', timeout: workLimitMs });
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject);
      child.once('close', () => resolve());
    });
    return child.pid ?? 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

const recordHonest = async (recorder: Recorder): Promise<readonly CorpusRun[]> => {
  const runs: CorpusRun[] = [];
  for (const workload of honestWorkloads.filter(isAsked)) {
    const missing = workload.needs.filter((program) => !isHere(program));
    if (missing.length > 0) {
      console.log(`skipped: ${workload.name}: ${missing.join(', ')} not here`);
      continue;
    }
    await recorder.take();
    const root = await work(workload);
    const events = descendedFrom(await recorder.take(), root);
    runs.push({ name: workload.name, technique: null, pid: null, events });
    const processes = new Set(events.map(({ pid }) => pid)).size;
    console.log(`honest ${workload.name}: ${events.length} events of ${processes} processes`);
  }
  return runs;
};

const asked = process.argv.slice(2);
const recorder = await startRecorder();
try {
  const fresh = [...(await recordAttacks(recorder)), ...(await recordHonest(recorder))];
  const kept = asked.length === 0 ? [] : readCorpus().runs.filter(({ name }) => !asked.includes(name));
  const runs = [...kept, ...fresh];
  writeCorpus({ recorded: new Date().toISOString(), kernel: release(), runs });
  console.log('losses', recorder.losses);
} finally {
  await recorder.stop();
}
