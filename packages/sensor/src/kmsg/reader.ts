import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { readProblem } from '../collect/read-text.ts';

/** The kernel's longest record with its dictionary is below 8 KiB; a smaller buffer would make reads fail. */
const bufferBytes = 16_384;
/** Reads of one pass, so that a storm of lines does not keep the other loops waiting. */
export const maxReadsPerPass = 500;

export interface KernelLogPass {
  readonly lines: readonly string[];
  /** How often the ring overwrote lines before they were read. */
  readonly overruns: number;
  /** False when there is more to read at once. */
  readonly isDrained: boolean;
}
export interface KernelLog {
  /** What came since the last pass; returns at once when nothing did. */
  read(): Promise<KernelLogPass>;
  close(): Promise<void>;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

/** Opens /dev/kmsg at its oldest record, without ever blocking. `problem` says why it cannot be read. */
export const openKernelLog = async (path: string): Promise<{ log: KernelLog } | { problem: string }> => {
  try {
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const buffer = Buffer.allocUnsafe(bufferBytes);
    let rest = '';
    const read = async (): Promise<KernelLogPass> => {
      const parts: string[] = [rest];
      let overruns = 0;
      let isDrained = false;
      for (let count = 0; count < maxReadsPerPass && !isDrained; count += 1) {
        try {
          const { bytesRead } = await handle.read(buffer, 0, bufferBytes, null);
          parts.push(buffer.toString('utf8', 0, bytesRead));
          isDrained = bytesRead === 0;
        } catch (error) {
          if (codeOf(error) === 'EAGAIN') isDrained = true;
          else if (codeOf(error) === 'EPIPE') overruns += 1;
          else throw error;
        }
      }
      const lines = parts.join('').split('\n');
      rest = (lines.pop() ?? '').slice(0, bufferBytes);
      return { lines, overruns, isDrained };
    };
    return { log: { read, close: () => handle.close() } };
  } catch (error) {
    return { problem: `kernel log: /dev/kmsg ${readProblem(error)}` };
  }
};
