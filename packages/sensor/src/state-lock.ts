import { createHash } from 'node:crypto';
import { mkdir, realpath } from 'node:fs/promises';
import { createServer } from 'node:net';

/**
 * Takes the state directory for this process. The lock is an abstract Unix socket named after the directory: the
 * kernel gives it back the moment the process ends, however it ends, so that no stale lock can exist.
 */
export const lockStateDir = async (stateDir: string): Promise<{ release: () => Promise<void> }> => {
  await mkdir(stateDir, { recursive: true, mode: 0o700 });
  const digest = createHash('sha256')
    .update(await realpath(stateDir))
    .digest('hex')
    .slice(0, 32);
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    server.once('error', () =>
      reject(new Error(`another sensor is running with the state directory ${stateDir}`)),
    );
    server.listen({ path: `\0gpushield-sensor-${digest}` }, resolve);
  });
  server.unref();
  return { release: () => new Promise((resolve) => void server.close(() => resolve())) };
};
