import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a running server writes into `postmaster.pid`. */
export interface PostmasterFile {
  readonly pid: number;
  readonly dataDirectory: string;
  readonly port: number;
  readonly socketDirectory: string;
  /** `starting`, `stopping`, `ready` or `standby`; undefined while the server has not said yet. */
  readonly status: string | undefined;
}

export const parsePostmasterFile = (text: string): PostmasterFile | undefined => {
  const [pid, dataDirectory, , port, socketDirectory, , , status] = text
    .split('\n')
    .map((line) => line.trim());
  const number = Number(pid);
  if (pid === '' || !Number.isSafeInteger(number) || number <= 0 || dataDirectory === undefined)
    return undefined;
  return {
    pid: number,
    dataDirectory,
    port: Number(port ?? 0),
    socketDirectory: socketDirectory ?? '',
    status: status === '' ? undefined : status,
  };
};

export const postmasterFilePath = (cluster: string): string => join(cluster, 'postmaster.pid');

/** Undefined when the file is missing or not complete. */
export const readPostmasterFile = async (cluster: string): Promise<PostmasterFile | undefined> => {
  try {
    return parsePostmasterFile(await readFile(postmasterFilePath(cluster), 'utf8'));
  } catch {
    return undefined;
  }
};
