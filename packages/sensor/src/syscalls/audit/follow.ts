import { constants } from 'node:fs';
import { open, stat, type FileHandle } from 'node:fs/promises';
import { readProblem } from '../../collect/read-text.ts';
import { createLineSplitter } from '../lines.ts';

/** Bytes of one pass; and how far behind the end it may be: beyond that the oldest are left out and counted. */
const passBytes = 1024 * 1024;
const maxBehindBytes = 64 * 1024 * 1024;

export interface LogFollower {
  /** Reads what came; true when there is more at once. */
  pass(): Promise<boolean>;
  close(): Promise<void>;
}

/** Follows a log over its rotations, from its end on. The old file is read to its end before the new one. */
export const followLog = async (
  path: string,
  onLine: (line: string) => void,
  onLost: (bytes: number) => void,
): Promise<LogFollower | { readonly problem: string }> => {
  const openLog = (): Promise<FileHandle> => open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const splitterOf = (): ((chunk: Buffer) => void) => createLineSplitter(onLine, () => onLost(1));
  try {
    let handle = await openLog();
    const first = await handle.stat();
    if (!first.isFile()) {
      await handle.close();
      return { problem: `${path} is no file` };
    }
    let position = first.size;
    let inode = first.ino;
    let split = splitterOf();
    const buffer = Buffer.allocUnsafe(64 * 1024);

    const readSome = async (): Promise<boolean> => {
      const { size } = await handle.stat();
      // Emptied in place: it begins anew.
      if (size < position) [position, split] = [0, splitterOf()];
      if (size - position > maxBehindBytes) {
        onLost(size - position - maxBehindBytes);
        [position, split] = [size - maxBehindBytes, splitterOf()];
      }
      for (let read = 0; read < passBytes;) {
        const { bytesRead } = await handle.read(buffer, 0, buffer.length, position);
        if (bytesRead === 0) return false;
        position += bytesRead;
        read += bytesRead;
        split(buffer.subarray(0, bytesRead));
      }
      return true;
    };

    return {
      pass: async () => {
        if (await readSome()) return true;
        const now = await stat(path).catch(() => undefined);
        if (now === undefined || now.ino === inode) return false;
        const next = await openLog();
        await handle.close();
        [handle, inode, position, split] = [next, (await next.stat()).ino, 0, splitterOf()];
        return true;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    return { problem: `${path} ${readProblem(error)}` };
  }
};
