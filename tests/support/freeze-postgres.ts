import { readFile, readdir } from 'node:fs/promises';
import { postgresPid } from './gpushield-server.ts';

/** The processes whose parent is `pid`. */
const childrenOf = async (pid: number): Promise<number[]> => {
  const all = (await readdir('/proc')).map(Number).filter((each) => each > 0);
  const parents = await Promise.all(
    all.map(async (each) => {
      const stat = await readFile(`/proc/${String(each)}/stat`, 'utf8').catch(() => '');
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    }),
  );
  return all.filter((_, index) => parents[index] === pid);
};

const signal = (pids: readonly number[], name: 'SIGSTOP' | 'SIGCONT'): void => {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // It has ended meanwhile.
    }
  }
};

/** Stops every process of a data directory's PostgreSQL, as a hung disk would; the answer lets them go on. */
export const freezePostgres = async (dataDir: string): Promise<() => void> => {
  const postmaster = await postgresPid(dataDir);
  if (postmaster === undefined) throw new Error('no PostgreSQL runs');
  const frozen = [postmaster, ...(await childrenOf(postmaster))];
  signal(frozen, 'SIGSTOP');
  return () => signal(frozen, 'SIGCONT');
};
