import { open, rename, rm, stat, type FileHandle } from 'node:fs/promises';

/** Whoever may read the trail's files is told what the trail says. */
const fileMode = 0o600;
/** Looked through backwards for the end of the last whole line; no line of ours is longer. */
const maxLineBytes = 4 * 1024 * 1024;
const newline = 0x0a;

/** A file of lines that is only ever appended to. */
export interface LineFile {
  /** Resolves when the lines are on the disk. */
  append(lines: readonly string[]): Promise<void>;
  /** The last whole line; undefined in an empty file. */
  lastLine(): Promise<string | undefined>;
  close(): Promise<void>;
}

export interface LineFileOptions {
  readonly path: string;
  /** Appending beyond this begins a new file; `path.1` is the one before, and so on. Never rotated if undefined. */
  readonly rotateAtBytes?: number;
  /** Rotated files that are kept. */
  readonly keepFiles?: number;
}

const readTail = async (file: FileHandle, size: number): Promise<Buffer> => {
  const length = Math.min(size, maxLineBytes);
  const tail = Buffer.alloc(length);
  await file.read(tail, 0, length, size - length);
  return tail;
};

/** Cuts off half a line, which a crash left: it is written again whole, as its reader's position did not move. */
const dropHalfLine = async (file: FileHandle): Promise<number> => {
  const { size } = await file.stat();
  if (size === 0) return 0;
  const tail = await readTail(file, size);
  const whole = size - tail.length + tail.lastIndexOf(newline) + 1;
  if (whole < size) await file.truncate(whole);
  return whole;
};

const openAtEnd = async (path: string): Promise<{ file: FileHandle; size: number }> => {
  const file = await open(path, 'a+', fileMode);
  try {
    return { file, size: await dropHalfLine(file) };
  } catch (error) {
    await file.close();
    throw error;
  }
};

const exists = async (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const shift = async (path: string, keepFiles: number): Promise<void> => {
  await rm(`${path}.${String(keepFiles)}`, { force: true });
  for (let number = keepFiles - 1; number >= 0; number -= 1) {
    const from = number === 0 ? path : `${path}.${String(number)}`;
    if (await exists(from)) await rename(from, `${path}.${String(number + 1)}`);
  }
};

const defaultKeepFiles = 10;

/**
 * Opens the file anew after every failure, so that a disk that was full or away is used again when it is back.
 * Errors: those of the file system; then some of the lines may be there, and appending them again is right.
 */
export const createLineFile = (options: LineFileOptions): LineFile => {
  const { path, rotateAtBytes = Number.POSITIVE_INFINITY, keepFiles = defaultKeepFiles } = options;
  let current: { file: FileHandle; size: number } | undefined;

  const close = async (): Promise<void> => {
    const closing = current;
    current = undefined;
    await closing?.file.close();
  };
  const opened = async (): Promise<{ file: FileHandle; size: number }> => (current ??= await openAtEnd(path));
  const isReplaced = async (): Promise<boolean> => {
    if (current === undefined) return false;
    const [there, ours] = await Promise.all([stat(path).catch(() => undefined), current.file.stat()]);
    return there?.ino !== ours.ino;
  };

  return {
    append: async (lines) => {
      try {
        // Another program may have rotated it.
        if (await isReplaced()) await close();
        let target = await opened();
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
        if (target.size > 0 && target.size + bytes.length > rotateAtBytes) {
          await close();
          await shift(path, keepFiles);
          target = await opened();
        }
        await target.file.appendFile(bytes);
        await target.file.datasync();
        target.size += bytes.length;
      } catch (error) {
        await close().catch(() => undefined);
        throw error;
      }
    },
    lastLine: async () => {
      const { file, size } = await opened();
      if (size === 0) return undefined;
      return (await readTail(file, size)).toString('utf8').trimEnd().split('\n').at(-1);
    },
    close,
  };
};
