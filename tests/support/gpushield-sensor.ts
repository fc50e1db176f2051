import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/*
 * The sensor as its users have it: a process of its own. Nothing of it is imported here.
 */

const program = fileURLToPath(new URL('../../packages/sensor/bin/gpushield-sensor.js', import.meta.url));

export interface RunningSensor {
  readonly pid: number;
  output(): string;
  stop(): Promise<void>;
}

export const startSensor = (
  url: string,
  stateDir: string,
  apiKey: string,
  given: Readonly<Record<string, string>> = {},
): RunningSensor => {
  const child = spawn(process.execPath, [program], {
    env: {
      PATH: process.env['PATH'],
      GPUSHIELD_URL: url,
      GPUSHIELD_API_KEY: apiKey,
      GPUSHIELD_SENSOR_STATE_DIR: stateDir,
      ...given,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const take = (chunk: Buffer): void => {
    output = (output + chunk.toString('utf8')).slice(-100_000);
  };
  child.stdout.on('data', take);
  child.stderr.on('data', take);
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    pid: child.pid ?? 0,
    output: () => output,
    stop: () => {
      child.kill('SIGTERM');
      return ended;
    },
  };
};
