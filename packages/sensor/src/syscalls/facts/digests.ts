import { hashFile } from '../../collect/hash-file.ts';
import { stampOf } from './read-proc.ts';

/** Larger programs are not hashed: their digest would come too late and cost too much. */
const maxProgramBytes = 64 * 1024 * 1024;
const maxKnown = 4096;
/** Programs that are hashed at once; a node that starts more new programs than that sends some without a digest. */
const maxAtOnce = 4;

/** SHA-256 of running programs, by what the file is: a program that did not change is hashed once. */
export const createDigests = () => {
  const known = new Map<string, string>();
  const running = new Map<string, Promise<string | undefined>>();

  const hash = async (path: string, stamp: string): Promise<string | undefined> => {
    const { sha256 } = await hashFile(path);
    if (sha256 === null) return undefined;
    const oldest = known.size >= maxKnown ? known.keys().next().value : undefined;
    if (oldest !== undefined) known.delete(oldest);
    known.set(stamp, sha256);
    return sha256;
  };

  /** The digest where it is known, a promise of it where it is being made, undefined where there is none. */
  return (path: string): string | Promise<string | undefined> | undefined => {
    const file = stampOf(path);
    if (file === undefined || file.size > maxProgramBytes) return undefined;
    const { stamp } = file;
    const digest = known.get(stamp);
    if (digest !== undefined) return digest;
    const under = running.get(stamp);
    if (under !== undefined) return under;
    if (running.size >= maxAtOnce) return undefined;
    const made = hash(path, stamp).finally(() => running.delete(stamp));
    running.set(stamp, made);
    return made;
  };
};
export type Digests = ReturnType<typeof createDigests>;
