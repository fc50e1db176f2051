import { spawn, type ChildProcess } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Logger } from 'pino';

export interface SensorChild {
  /** Asks the sensor to end, insists after a bounded wait, and resolves when it is gone. */
  stop(): Promise<void>;
}

export interface SensorChildOptions {
  readonly serverUrl: string;
  readonly apiKeyFile: string;
  readonly stateDir: string;
  readonly caFile: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
}

const stopGraceMs = 4000;
/** A young generation that stays small takes a fifth to a third off what a flood of events needs. Asked for before the start. */
const memoryFlags = ['--max-semi-space-size=4'];
const restartDelaysMs = [500, 1000, 2000, 5000, 15_000];

/** Variables that a sensor has no business with: it gets a key of its own and nothing of the server's. */
const inherited = [
  'PATH',
  'HOME',
  'LANG',
  'TZ',
  'TMPDIR',
  'GPUSHIELD_NODE_NAME',
  'GPUSHIELD_CLUSTER_ID',
  'GPUSHIELD_LOG_LEVEL',
  'GPUSHIELD_SENSOR_EXPORTERS',
  'GPUSHIELD_SENSOR_SYSCALLS',
  'GPUSHIELD_SENSOR_SYSCALLS_SPOOL_MAX_BYTES',
];

const environmentOf = (options: SensorChildOptions): NodeJS.ProcessEnv => ({
  ...Object.fromEntries(
    inherited.flatMap((name) => (options.env[name] === undefined ? [] : [[name, options.env[name]]])),
  ),
  GPUSHIELD_LOG_LEVEL: options.env['GPUSHIELD_LOG_LEVEL'] ?? 'warn',
  GPUSHIELD_URL: options.serverUrl,
  GPUSHIELD_API_KEY_FILE: options.apiKeyFile,
  GPUSHIELD_SENSOR_STATE_DIR: options.stateDir,
  ...(options.caFile === undefined ? {} : { GPUSHIELD_CA_FILE: options.caFile }),
});

const sensorMain = (): string => {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve('@gpushield/sensor')), '..', 'bin', 'gpushield-sensor.js');
};

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else
      child.once('exit', () => {
        resolve();
      });
  });

/** Runs this machine's sensor beside the server, as a process of its own, and starts it again when it falls. */
export const startSensorChild = (options: SensorChildOptions): SensorChild => {
  let stopping = false;
  let falls = 0;
  let timer: NodeJS.Timeout | undefined;
  let child: ChildProcess;

  const launch = (): void => {
    child = spawn(process.execPath, [...memoryFlags, sensorMain()], {
      env: environmentOf(options),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    child.on('error', (error) => {
      options.log.error({ err: error }, 'the sensor could not be started');
    });
    child.once('exit', (code, signal) => {
      if (stopping) return;
      const delayMs = restartDelaysMs[Math.min(falls, restartDelaysMs.length - 1)] ?? 0;
      falls += 1;
      options.log.warn({ code, signal, restart_in_ms: delayMs }, 'the sensor ended and is started again');
      timer = setTimeout(launch, delayMs);
    });
  };
  launch();

  return {
    stop: async () => {
      stopping = true;
      clearTimeout(timer);
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), stopGraceMs);
      await ended(child);
      clearTimeout(force);
    },
  };
};
