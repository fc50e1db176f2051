import type { Clock } from '../../../../platform/clock.ts';
import { findProgram } from './host.ts';

/** What this host lacks for running jobs, and the way out; null when nothing. */
const missingPrograms = (): string | null => {
  const program = ['bwrap', 'mkfifo', 'cp'].find((name) => findProgram(name) === undefined);
  if (program === 'bwrap')
    return 'Jobs on this host need bubblewrap, which is not installed: install it (apt-get install bubblewrap, dnf install bubblewrap), or use a Kubernetes cluster';
  if (program !== undefined) return `Jobs on this host need ${program}, which is not installed`;
  if (process.platform !== 'linux') return 'Jobs on this host need Linux; use a Kubernetes cluster';
  return process.getuid?.() === 0 && findProgram('setpriv') === undefined
    ? 'Jobs of a server that runs as root need setpriv (util-linux), which is not installed'
    : null;
};

/** Looking for programs on every submission would be a dozen system calls each. */
const rememberedMs = 5_000;

/** The same, looked for again every few seconds: somebody may install what is missing. */
export const createMissingPrograms = (clock: Pick<Clock, 'monotonicMs'>): (() => string | null) => {
  let last: { readonly atMs: number; readonly problem: string | null } | undefined;
  return () => {
    const nowMs = clock.monotonicMs();
    if (last === undefined || nowMs - last.atMs > rememberedMs)
      last = { atMs: nowMs, problem: missingPrograms() };
    return last.problem;
  };
};
