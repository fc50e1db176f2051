/**
 * The program of the hashing process (see argon2-pool.ts). It speaks over the channel that its parent made, has a low
 * priority so that a storm of logins leaves the CPU to everything else, and ends with its parent.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { hash, verify } from '@node-rs/argon2';
import type { Argon2Answer, Argon2Job } from './argon2-process.ts';
import { processorsIn } from './allowed-processors.ts';

// Fifteen below normal: a thirtieth of a CPU that others want, all of one that nobody wants. At 10 the eight threads of a
// hash together weighed as much as the server; at 19 a saturated machine would hold a login for ten seconds and more.
const niceness = 15;

// The package declares its algorithms as an ambient const enum, which type stripping cannot read.
const argon2id = 2;

const answer = async (job: Argon2Job): Promise<Argon2Answer> => {
  try {
    if (job.kind === 'verify') return { id: job.id, ok: true, value: await verify(job.hash, job.password) };
    const { timeCost, memoryCostKib: memoryCost, parallelism, outputLen } = job;
    const options = { algorithm: argon2id, timeCost, memoryCost, parallelism, outputLen };
    return {
      id: job.id,
      ok: true,
      value: await hash(job.password, { ...options, salt: Buffer.from(job.salt, 'base64') }),
    };
  } catch (error) {
    return { id: job.id, ok: false, problem: error instanceof Error ? error.message : 'unknown' };
  }
};

/**
 * With Linux' autogroups a niceness counts only among the processes of one session, and this process has a session of its
 * own: the group's niceness is what weighs it against the server and PostgreSQL. Elsewhere there is no such file.
 */
const lowerSession = (): void => {
  try {
    writeFileSync('/proc/self/autogroup', String(niceness));
  } catch {
    // The process's own niceness is all there is, then.
  }
};

/**
 * Leaves the first processor that this process may use to everything else, where there are several. However low its
 * priority, a thread that computes is not always put aside at once for one that wakes, and a request wakes half a dozen
 * times, here and in PostgreSQL: on two processors both busy with hashes those moments add up to tens of milliseconds.
 * Without `taskset` (util-linux) the priority is all there is.
 */
const leaveOneProcessor = (): void => {
  try {
    const allowed = processorsIn(readFileSync('/proc/self/status', 'utf8'));
    if (allowed.length < 2) return;
    execFileSync('taskset', ['-a', '-p', '-c', allowed.slice(1).join(','), String(process.pid)], {
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
      stdio: 'ignore',
      timeout: 1_000,
    });
  } catch {
    // Neither Linux nor taskset, or a processor that was taken away meanwhile.
  }
};

setPriority(niceness);
lowerSession();
leaveOneProcessor();
process.on('message', (job: Argon2Job) => {
  void answer(job).then((reply) => process.send?.(reply));
});
// A Ctrl-C reaches the whole group; the parent still finishes the logins that it accepted.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => undefined);
process.on('disconnect', () => process.exit(0));
