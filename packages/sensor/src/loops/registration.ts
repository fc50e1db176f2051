import { isAborted } from '../aborted.ts';
import { authBackoffMs, backoffMs } from '../backoff.ts';
import type { Answer } from '../api.ts';
import type { HostFacts } from '../collect/host.ts';
import type { DiscoveredGpu } from '../gpu/source.ts';
import { maxKnownGpus, type KnownGpu } from '../identity.ts';
import { applyConfiguration } from './configuration.ts';
import type { LoopDeps } from './loop-deps.ts';

/** How often GPUs are looked for again: one that was added, or whose driver came up late, is found. */
export const rediscoverMs = 300_000;
/** More GPUs than any machine has. */
const maxGpusPerNode = 64;

const ownCapabilities: readonly string[] = ['inventory', 'kernel_log'];

export interface RegistrationDeps extends LoopDeps {
  readonly collectHost: () => Promise<HostFacts>;
}

type Failure = Exclude<Answer<unknown>, { kind: 'ok' }>;

const discoverGpus = async ({ sources, blind }: LoopDeps): Promise<DiscoveredGpu[]> => {
  const found: DiscoveredGpu[] = [];
  for (const source of sources) {
    const { gpus, problem } = await source.discover();
    found.push(...gpus);
    blind.set(source.name, problem === null ? [] : [problem]);
  }
  return found.slice(0, maxGpusPerNode);
};

/** Newer facts replace older ones of the same GPU; the oldest leave first when there are too many. */
const mergeGpus = (known: readonly KnownGpu[], fresh: readonly KnownGpu[]): KnownGpu[] =>
  [...known.filter(({ uuid }) => !fresh.some((gpu) => gpu.uuid === uuid)), ...fresh].slice(-maxKnownGpus);

const registerOnce = async (
  deps: RegistrationDeps,
  gpus: readonly DiscoveredGpu[],
  signal: AbortSignal,
): Promise<Failure | null> => {
  const { api, session, node, version, logger, url } = deps;
  const host = await deps.collectHost();
  const facts = {
    kernel_version: host.kernel_release,
    operating_system: host.operating_system,
    architecture: host.architecture,
  };
  const registered = await api.registerNode(
    { name: node.name, cluster_id: node.clusterId, ...facts },
    signal,
  );
  if (registered.kind !== 'ok') return registered;
  const nodeId = registered.value.id;
  const capabilities = [...ownCapabilities, ...new Set(gpus.map(({ vendor }) => `gpu.${vendor}`))];
  const sensor = await api.registerSensor(
    { name: node.name, node_id: nodeId, sensor_type: 'gpu', version, capabilities },
    signal,
  );
  if (sensor.kind !== 'ok') return sensor;
  const known: KnownGpu[] = [];
  for (const gpu of gpus) {
    const answer = await api.registerGpu(nodeId, gpu, signal);
    if (answer.kind === 'ok') known.push({ id: answer.value.id, uuid: gpu.uuid, device_id: gpu.device_id });
    else if (answer.kind !== 'refused' || answer.status === 404) return answer;
    else logger.error({ gpu: gpu.uuid, reason: answer.reason }, 'server refused a GPU');
  }
  const before = session.identity;
  const isSame = before?.sensor_id === sensor.value.id;
  session.identity = {
    url,
    node_id: nodeId,
    sensor_id: sensor.value.id,
    gpus: mergeGpus(isSame ? before.gpus : [], known),
    configuration: session.configuration,
    configuration_version: session.configurationVersion,
  };
  session.registrations += 1;
  await deps.saveIdentity(session.identity);
  await applyConfiguration(deps, sensor.value);
  logger.info({ node_id: nodeId, sensor_id: sensor.value.id, gpus: known.length }, 'registered');
  return null;
};

/** Registers until the server is there, again when another loop finds that it is unknown, and when GPUs change. */
export const runRegistration = async (deps: RegistrationDeps, signal: AbortSignal): Promise<void> => {
  const { clock, random, logger, wakes } = deps;
  let failures = 0;
  while (!signal.aborted) {
    const failure = await registerOnce(deps, await discoverGpus(deps), signal);
    if (isAborted(signal)) return;
    if (failure === null) {
      failures = 0;
      const { sender, syscallSender, heartbeat, configuration, inventory } = wakes;
      for (const wake of [sender, syscallSender, heartbeat, configuration, inventory]) wake.wake();
      await wakes.registration.wait(rediscoverMs, signal);
      continue;
    }
    failures += 1;
    const retryAfterMs = failure.kind === 'refused' ? authBackoffMs : failure.retryAfterMs;
    const waitMs = backoffMs({ attempt: failures, random, retryAfterMs });
    logger.warn({ reason: failure.reason, wait_ms: Math.round(waitMs) }, 'registration failed, will retry');
    await clock.sleep(waitMs, signal);
  }
};
