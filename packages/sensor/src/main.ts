import { readFile } from 'node:fs/promises';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { pino } from 'pino';
import { parseConfig } from './config.ts';
import { systemDeps } from './sensor-deps.ts';
import { runSensor } from './sensor.ts';

/** A stop that takes longer is cut: what was appended is on disk already. */
const stopWithinMs = 2000;
/** Status of a start that the environment's values prevent (EX_CONFIG of sysexits.h). */
const configurationExit = 78;

const start = async (): Promise<number> => {
  const parsed = parseConfig(process.env, { isRoot: process.getuid?.() === 0 });
  if (!parsed.ok) {
    process.stderr.write(
      `The sensor cannot start:\n${parsed.problems.map((line) => `  - ${line}\n`).join('')}`,
    );
    return configurationExit;
  }
  const { config } = parsed;
  const logger = pino({ level: config.logLevel, base: { component: 'sensor', pid: process.pid } });
  if (config.caFile !== null) {
    setDefaultCACertificates([...getCACertificates('default'), await readFile(config.caFile, 'utf8')]);
  }
  const stopping = new AbortController();
  const stop = (name: NodeJS.Signals): void => {
    logger.info({ signal: name }, 'stopping');
    stopping.abort();
    setTimeout(() => process.exit(0), stopWithinMs).unref();
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  const deps = systemDeps({ logger, exporterUrls: config.exporterUrls });
  try {
    await runSensor({ config, deps, signal: stopping.signal });
  } finally {
    for (const source of deps.sources) source.close?.();
  }
  return 0;
};

try {
  process.exit(await start());
} catch (error) {
  process.stderr.write(`The sensor stopped: ${error instanceof Error ? error.message : 'unknown error'}\n`);
  process.exit(1);
}
