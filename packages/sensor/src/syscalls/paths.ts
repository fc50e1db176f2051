import { posix } from 'node:path';
import { readLink } from './facts/read-proc.ts';
import type { KernelCall } from './parse.ts';

/** What the program in the kernel tells of odd or relative paths only because it cannot see where they lead. */
const everyday =
  /^\/(?:dev\/(?:null|tty|pts|ptmx|urandom|random|zero|full|fd|std)|var\/(?!log|spool|tmp|run)|root\/[^.]|home\/[^/]+\/[^.])/;
const guarded =
  /^\/(?:etc|proc|sys|usr|bin|sbin|lib|var\/(?:log|spool|run)|run|boot|home|root\/\.|dev|tmp|var\/tmp)/;
/** Told wherever they are: what is done says enough. */
const everywhere: ReadonlySet<string> = new Set([
  ...['chmod', 'fchmodat', 'fchmodat2', 'mknod', 'mknodat', 'chroot', 'pivot_root', 'open_tree'],
]);

export interface Resolved {
  readonly path: string;
  /** False: only a path like one that counts, which leads elsewhere. */
  readonly counts: boolean;
}

/** `/proc/PID/…` of its own is what rules know as `/proc/self/…`; its root and working directory lead on. */
const throughProc = (proc: string, pid: number, path: string): string => {
  const found = /^\/proc\/(self|thread-self|\d+)(?:\/task\/\d+)?\/(root|cwd)(\/.*|$)/.exec(path);
  if (found === null) {
    const own = `/proc/${String(pid)}/`;
    return path.startsWith(own) ? `/proc/self/${path.slice(own.length)}` : path;
  }
  const [, whose = '', link = '', rest = ''] = found;
  if (rest === '') return path;
  const who = /^\d+$/.test(whose) ? whose : String(pid);
  // The root of another process may be another container's: its path says so.
  const isOwn = who === String(pid);
  const base = link === 'root' ? (isOwn ? '' : undefined) : readLink(`${proc}/${who}/cwd`);
  return base === undefined ? path : posix.normalize(`${base}${rest}`);
};

/**
 * Where a path leads, as the process sees it: from the place that the kernel told, else from the working directory that /proc
 * tells now. Links within a path are followed only for files that were opened; those the kernel named itself.
 */
export const resolvePath = (
  proc: string,
  call: KernelCall,
  text: string | undefined,
): Resolved | undefined => {
  const { place, pid } = call;
  const folder = `${proc}/${String(pid)}`;
  if (text === undefined) {
    const path = place ?? readLink(`${folder}/fd/${String(call.numbers['ret'])}`);
    return path === undefined ? undefined : { path: throughProc(proc, pid, path), counts: true };
  }
  if (text === '') return { path: text, counts: true };
  const isAbsolute = text.startsWith('/');
  const base = isAbsolute ? '' : (place ?? readLink(`${folder}/cwd`));
  if (base === undefined) return { path: text, counts: true };
  // Links of /proc first: `..` behind one leads away from where it ends, not from its name.
  const whole = (isAbsolute ? text : `${base}/${text}`).replace(/\/(?:\.?\/)+/g, '/');
  const path = posix.normalize(throughProc(proc, pid, whole));
  const isPlain = isAbsolute && !/\/\.\.?(?:\/|$)|\/\//.test(text);
  if (isPlain || everywhere.has(call.syscall)) return { path, counts: true };
  return { path, counts: guarded.test(path) ? !everyday.test(path) : false };
};
