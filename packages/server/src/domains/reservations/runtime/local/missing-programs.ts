import { findProgram } from './host.ts';

/** What this host lacks for running jobs, and the way out; null when nothing. */
export const missingPrograms = (): string | null => {
  const program = ['bwrap', 'mkfifo', 'cp'].find((name) => findProgram(name) === undefined);
  if (program === 'bwrap')
    return 'Jobs on this host need bubblewrap, which is not installed: install it (apt-get install bubblewrap, dnf install bubblewrap), or use a Kubernetes cluster';
  if (program !== undefined) return `Jobs on this host need ${program}, which is not installed`;
  if (process.platform !== 'linux') return 'Jobs on this host need Linux; use a Kubernetes cluster';
  return process.getuid?.() === 0 && findProgram('setpriv') === undefined
    ? 'Jobs of a server that runs as root need setpriv (util-linux), which is not installed'
    : null;
};
