import { fork } from 'node:child_process';
import { once } from 'node:events';
import { stopChild } from './server.ts';

/** `bare`: Fastify alone. `pipeline`: the same answer behind the whole request pipeline. */
export type ServedKind = 'bare' | 'pipeline';

export const servedPath = '/api/v1/served';
export const servedCredential = 'bench';
export const servedBody = { id: '01990000-0000-7000-8000-000000000001', name: 'bench' };

export interface ServedRoute {
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
}

/** Starts the program of served-route.ts and waits until it listens. */
export const startServedRoute = async (kind: ServedKind): Promise<ServedRoute> => {
  const child = fork(new URL('./served-route.ts', import.meta.url), [kind], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const [port] = (await Promise.race([once(child, 'message'), once(child, 'exit')])) as [unknown];
  if (child.exitCode !== null || typeof port !== 'number' || child.pid === undefined) {
    throw new Error(`The ${kind} route did not start`);
  }
  return { port, pid: child.pid, stop: () => stopChild(child) };
};
