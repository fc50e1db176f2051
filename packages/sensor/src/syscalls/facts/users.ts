import { join } from 'node:path';
import type { Clock } from '../../clock.ts';
import { readProc } from './read-proc.ts';

const refreshMs = 60_000;
const maxFileBytes = 64 * 1024;

/** Names of users by id, out of the host's passwd file; read again now and then. */
export const createUsers = ({ etc, clock }: { readonly etc: string; readonly clock: Clock }) => {
  let names = new Map<number, string>();
  let readAtMs = Number.NEGATIVE_INFINITY;
  const refresh = (): void => {
    const text = readProc(join(etc, 'passwd'), maxFileBytes) ?? '';
    names = new Map();
    for (const line of text.split('\n')) {
      const [name = '', , id = ''] = line.split(':');
      if (/^[\x21-\x7e]{1,64}$/.test(name) && /^\d{1,10}$/.test(id) && !names.has(Number(id)))
        names.set(Number(id), name);
    }
  };
  return (uid: number): string | undefined => {
    if (clock.monotonicMs() - readAtMs > refreshMs) {
      readAtMs = clock.monotonicMs();
      refresh();
    }
    return names.get(uid);
  };
};
