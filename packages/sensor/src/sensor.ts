import { join } from 'node:path';
import { createApi } from './api.ts';
import { createClient, type ApiClient } from './client.ts';
import { createHasher } from './collect/hash-cache.ts';
import { collectHost } from './collect/host.ts';
import { collectInventory } from './collect/inventory.ts';
import { withHostNames } from './gpu/host-names.ts';
import { createHealth } from './health.ts';
import { createIdentityFile, createSession } from './identity.ts';
import type { LoopDeps } from './loops/loop-deps.ts';
import { runConfiguration } from './loops/configuration.ts';
import { runHeartbeat } from './loops/heartbeat.ts';
import { runInventory } from './loops/inventory.ts';
import { runKernelLog } from './loops/kernel-log.ts';
import { runRegistration } from './loops/registration.ts';
import { supervise } from './loops/supervise.ts';
import { runSyscalls } from './loops/syscalls.ts';
import { runTelemetry } from './loops/telemetry.ts';
import { createPositionFile } from './kmsg/position.ts';
import type { SensorConfig } from './config.ts';
import type { SensorDeps } from './sensor-deps.ts';
import { createDeadLetter } from './spool/dead-letter.ts';
import { runSender, type SenderDeps } from './spool/sender.ts';
import { openSpool, syncIntervalMs, type Spool } from './spool/spool.ts';
import { createSensorAgent } from './syscalls/agent.ts';
import { createDelivery } from './syscalls/deliver.ts';
import { lockStateDir } from './state-lock.ts';
import { sensorVersion } from './version.ts';
import { createWake } from './wake.ts';

type Loop = (signal: AbortSignal) => Promise<void>;

const createWakes = ({ clock }: SensorDeps): LoopDeps['wakes'] => ({
  registration: createWake({ clock }),
  sender: createWake({ clock }),
  syscallSender: createWake({ clock }),
  heartbeat: createWake({ clock }),
  configuration: createWake({ clock }),
  telemetry: createWake({ clock }),
  inventory: createWake({ clock }),
});

const runSync = async (
  spool: Spool,
  { clock }: Pick<SensorDeps, 'clock'>,
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    await clock.sleep(syncIntervalMs, signal);
    await spool.sync();
  }
};

/** Watching syscalls: a spool and a sender of their own, so that a flood of events holds nothing else up. */
const syscallLoops = (
  { stateDir, url, nodeName, syscalls: mode }: SensorConfig,
  { clock, uuid, roots, runCommand, watch, uptimeMs }: SensorDeps,
  {
    shared,
    senderDeps,
    syscallSpool,
    client,
  }: {
    readonly shared: LoopDeps;
    readonly senderDeps: SenderDeps;
    readonly syscallSpool: Spool;
    readonly client: ApiClient;
  },
): Readonly<Record<string, Loop>> => {
  const { session, health, wakes } = shared;
  const agent = createSensorAgent({ stateDir, url, nodeName, client, clock, uuid });
  const deliver = createDelivery({ client, session, agent, health });
  const watching = { ...shared, mode, stateDir, roots, runCommand, watch, syscallSpool, uptimeMs };
  const sending = { ...senderDeps, spool: syscallSpool, work: wakes.syscallSender, deliver };
  return {
    syscalls: (signal) => runSyscalls(watching, signal),
    syscall_sender: (signal) => runSender(sending, signal),
    syscall_sync: (signal) => runSync(syscallSpool, { clock }, signal),
  };
};

const createLoops = async (
  config: SensorConfig,
  deps: SensorDeps,
  { spool, syscallSpool }: { readonly spool: Spool; readonly syscallSpool: Spool },
  wakes: LoopDeps['wakes'],
) => {
  const { clock, random, uuid, logger, roots, runCommand, architecture, fallbackHostname, fetch } = deps;
  const { url, readApiKey, stateDir } = config;
  const userAgent = `gpushield-sensor/${sensorVersion}`;
  const client = createClient({ baseUrl: url, readApiKey, fetch, clock, uuid, userAgent });
  const identityFile = createIdentityFile({ stateDir, url });
  const session = createSession(await identityFile.load());
  const health = createHealth();
  const node = { name: config.nodeName, clusterId: config.clusterId };
  const api = createApi({ client, uuid });
  const sources = deps.sources.map((source) => withHostNames(source, config));
  const saveIdentity = identityFile.save;
  const shared: LoopDeps = {
    ...{ api, clock, random, logger, session, saveIdentity, spool, health, sources, wakes, node, url },
    blind: new Map(),
    version: sensorVersion,
  };
  const facts = { roots, fallbackHostname, architecture };
  const hasher = createHasher({ clock, random });
  const deadLetter = createDeadLetter({ stateDir, now: () => clock.now() });
  const position = createPositionFile({ stateDir, spoolMark: spool.lastMark });
  const requestRegistration = (): void => wakes.registration.wake();
  const senderDeps = {
    spool,
    client,
    session,
    deadLetter,
    health,
    clock,
    random,
    logger,
    work: wakes.sender,
    requestRegistration,
  };
  const loops: Readonly<Record<string, Loop>> = {
    registration: (signal) => runRegistration({ ...shared, collectHost: () => collectHost(facts) }, signal),
    heartbeat: (signal) => runHeartbeat(shared, signal),
    configuration: (signal) => runConfiguration(shared, signal),
    telemetry: (signal) => runTelemetry(shared, signal),
    inventory: (signal) =>
      runInventory(
        shared,
        (extraPaths, alsoBlind, until) =>
          collectInventory({ ...facts, hasher, runCommand, clock }, { extraPaths, alsoBlind, signal: until }),
        signal,
      ),
    kernel_log: (signal) => runKernelLog({ ...shared, roots, position, uptimeMs: deps.uptimeMs }, signal),
    sender: (signal) => runSender(senderDeps, signal),
    sync: (signal) => runSync(spool, deps, signal),
    ...syscallLoops(config, deps, { shared, senderDeps, syscallSpool, client }),
  };
  return { loops, health };
};

/**
 * Runs the sensor until `signal` aborts, then stops its loops and flushes the spool. Rejects only when it cannot
 * start: the state directory is not usable or another sensor uses it. A server that is away stops nothing.
 */
export const runSensor = async ({
  config,
  deps,
  signal,
}: {
  config: SensorConfig;
  deps: SensorDeps;
  signal: AbortSignal;
}): Promise<void> => {
  const { clock, random, logger, uuid } = deps;
  const lock = await lockStateDir(config.stateDir);
  try {
    const wakes = createWakes(deps);
    const directory = join(config.stateDir, 'spool');
    const onDrop = (kind: string, records: number): void =>
      logger.error({ kind, records }, 'spool is full, records dropped');
    const onAppend = wakes.sender.wake;
    const spool = await openSpool({ directory, maxBytes: config.spoolMaxBytes, uuid, onAppend, onDrop });
    const syscallSpool = await openSpool({
      directory: join(config.stateDir, 'syscall-spool'),
      maxBytes: config.syscallSpoolMaxBytes,
      uuid,
      onAppend: wakes.syscallSender.wake,
      onDrop: (_kind, records) => logger.error({ records }, 'spool of syscalls is full, events dropped'),
    });
    const { loops, health } = await createLoops(config, deps, { spool, syscallSpool }, wakes);
    logger.info({ url: config.url, state_dir: config.stateDir, spool: spool.status() }, 'sensor started');
    const running = Object.entries(loops).map(([name, loop]) =>
      supervise(name, loop, { clock, random, logger, health }, signal),
    );
    await Promise.all(running);
    await spool.close();
    await syscallSpool.close();
    logger.info({ spool: spool.status() }, 'sensor stopped');
  } finally {
    await lock.release();
  }
};
