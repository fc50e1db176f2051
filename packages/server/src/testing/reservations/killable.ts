import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const script = join(import.meta.dirname, 'processor-process.ts');

/** A processor in a process of its own. */
export interface Killable {
  start(): Promise<void>;
  end(signal: NodeJS.Signals): Promise<void>;
}

export const killableProcessor = (...args: readonly string[]): Killable => {
  let child: ChildProcess | undefined;
  return {
    start: async () => {
      const started = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
      child = started;
      await once(started.stdout, 'data');
    },
    end: async (signal) => {
      if (child?.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill(signal);
      await ended;
    },
  };
};
