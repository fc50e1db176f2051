import { randomUUIDv7 } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { buildApp, type App } from '../app.ts';
import type { startOtlpGrpc } from '../app/otlp-grpc.ts';
import type { Config } from '../config.ts';
import { migrate } from '../platform/database/index.ts';
import { openBreachedPasswords, type BreachedPasswords } from '../platform/identity/index.ts';
import type { TlsOptions } from '../platform/http/server.ts';
import { systemClock } from '../platform/clock.ts';
import { bannerLines } from './banner.ts';
import { exitCode, type Command, type CommandContext } from './context.ts';
import { openState, type State } from './open-state.ts';
import { parseServeArguments } from './serve-arguments.ts';
import { prepareIdentity } from './prepare-identity.ts';
import { startSensorChild, type SensorChild } from './sensor-child.ts';

/** What a shutdown waits for requests that it has accepted. */
const drainGraceMs = 10_000;

const tlsOf = (config: Config): TlsOptions | undefined => {
  const { tls } = config.http;
  if (tls === undefined) return undefined;
  return {
    cert: readFileSync(tls.certFile),
    key: readFileSync(tls.keyFile),
    requestCert: tls.clientCaFile !== undefined,
    ...(tls.clientCaFile === undefined ? {} : { ca: readFileSync(tls.clientCaFile) }),
  };
};

/** Where a client on this machine reaches the server. */
const localUrl = (config: Config, port: number): string => {
  const { host } = config.http;
  const local = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  const shown = local.includes(':') ? `[${local}]` : local;
  return `${config.http.tls === undefined ? 'http' : 'https'}://${shown}:${String(port)}`;
};

const listen = async (app: App, config: Config): Promise<number> => {
  await app.http.app.listen({ host: config.http.host, port: config.http.port });
  const address = app.http.app.server.address();
  return typeof address === 'object' && address !== null ? address.port : config.http.port;
};

type OtlpGrpc = Awaited<ReturnType<typeof startOtlpGrpc>>;

/** OTLP/gRPC beside HTTP, in processes that answer clients. */
const listenOtlpGrpc = async (
  { http: { app } }: App,
  config: Config,
  log: Logger,
): Promise<OtlpGrpc | undefined> => {
  const port = config.telemetry.otlpGrpcPort;
  if (port === 0 || !config.roles.includes('api')) return undefined;
  const { startOtlpGrpc: startServer } = await import('../app/otlp-grpc.ts');
  return startServer({ app, host: config.http.host, port, tls: tlsOf(config), log });
};

const openBreached = async ({ identity }: Config): Promise<BreachedPasswords | undefined> =>
  identity.breachedPasswordsFile === undefined
    ? undefined
    : openBreachedPasswords(identity.breachedPasswordsFile);

interface Running {
  readonly app: App;
  readonly otlpGrpc: OtlpGrpc | undefined;
  readonly state: State;
  readonly sensor: SensorChild | undefined;
}

const stop = async ({ app, otlpGrpc, state, sensor }: Running): Promise<void> => {
  // The sensor first: it has a spool, and what it could still send would only be refused.
  await sensor?.stop();
  await otlpGrpc?.stop();
  await app.http.drain(drainGraceMs);
  await app.stop();
  await state.close();
};

/** This machine's sensor beside the server, where it is wanted. */
const startSensor = (
  { config, childEnv, log }: CommandContext,
  apiKeyFile: string | undefined,
  serverUrl: string,
): SensorChild | undefined =>
  apiKeyFile === undefined
    ? undefined
    : startSensorChild({
        serverUrl,
        apiKeyFile,
        stateDir: join(config.dataDir, 'sensor'),
        caFile: config.http.tls?.certFile,
        env: childEnv,
        log,
      });

const start = async (context: CommandContext, withSensor: boolean, startedMs: number): Promise<Running> => {
  const { config, log, say } = context;
  const clock = systemClock();
  const state = await openState(config, log);
  try {
    await migrate(state.db, log);
    const breached = await openBreached(config);
    const app = await buildApp({
      config,
      isBreached: breached?.isBreached,
      db: state.db,
      workDb: state.workDb,
      auditDb: state.auditDb,
      log,
      clock,
      newId: () => randomUUIDv7(),
      version: context.version,
      tls: tlsOf(config),
    });
    const identity = await prepareIdentity({ config, app, db: state.db, clock, withSensor });
    await app.start();
    const url = localUrl(config, await listen(app, config));
    const otlpGrpc = await listenOtlpGrpc(app, config, log);
    const sensor = startSensor(context, identity.sensorKeyFile, url);
    const facts = {
      url,
      dataDir: config.dataDir,
      embedded: state.embedded !== undefined,
      startedInMs: clock.monotonicMs() - startedMs,
      sensor: sensor !== undefined,
      admin: identity.admin,
      adminName: 'admin',
      warnings: config.warnings,
    };
    if (context.isTerminal) for (const line of bannerLines(facts)) say(line);
    else {
      if (identity.admin?.password !== undefined) {
        // The log masks passwords, and this one is shown just this once: it goes beside the log.
        process.stderr.write(
          `The first password of ${identity.admin.username} is ${identity.admin.password}\n`,
        );
      }
      log.info({ url, roles: config.roles, started_in_ms: Math.round(facts.startedInMs) }, 'GPUShield is up');
      for (const warning of config.warnings) log.warn(warning);
    }
    return { app, otlpGrpc, state, sensor };
  } catch (error) {
    await state.close();
    throw error;
  }
};

/** Runs the control plane until it is asked to end; then finishes what it accepted. */
export const serveCommand: Command = async (context, args) => {
  const withSensor = parseServeArguments(args).withSensor && context.config.sensor.runsBeside;
  const running = await start(context, withSensor, 0);
  const signal = await context.stopRequested;
  context.log.info({ signal }, 'stopping');
  if (context.isTerminal) context.say('Stopping: finishing what was accepted …');
  await stop(running);
  return exitCode.ok;
};
