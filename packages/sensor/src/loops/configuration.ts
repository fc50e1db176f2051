import { isAborted } from '../aborted.ts';
import { SensorConfiguration } from '@gpushield/contracts';
import { Value } from 'typebox/value';
import type { CarriesConfiguration } from '../api.ts';
import { authBackoffMs, backoffMs } from '../backoff.ts';
import type { LoopDeps } from './loop-deps.ts';

/** A server that does not hold requests open is asked at most this often. */
const minPollMs = 1000;
const idleWaitMs = 30_000;

/**
 * Applies what the server sent, at once: loops are woken so that new intervals hold now. One that breaks the schema
 * is refused, said so, and the old one stays.
 */
export const applyConfiguration = async (deps: LoopDeps, answer: CarriesConfiguration): Promise<void> => {
  const { session, logger, health, wakes } = deps;
  const { configuration, configuration_version: version } = answer;
  if (configuration === undefined || version === session.configurationVersion) return;
  if (!Value.Check(SensorConfiguration, configuration)) {
    logger.error({ version }, 'refused an invalid configuration');
    health.set('configuration', 'degraded', `configuration version ${version} is invalid and was refused`);
    return;
  }
  session.configuration = configuration;
  session.configurationVersion = version;
  health.clear('configuration');
  logger.info({ version, configuration }, 'configuration applied');
  for (const loop of [wakes.heartbeat, wakes.telemetry, wakes.inventory]) loop.wake();
  if (session.identity === undefined) return;
  session.identity = { ...session.identity, configuration, configuration_version: version };
  await deps.saveIdentity(session.identity);
};

/** Holds a request open at the server, so that a new configuration arrives within moments. */
export const runConfiguration = async (deps: LoopDeps, signal: AbortSignal): Promise<void> => {
  const { api, clock, random, session, wakes, logger } = deps;
  /** The newest version that was seen, refused ones included: asking after it waits for the next one. */
  let seenVersion = session.configurationVersion;
  let failures = 0;
  while (!signal.aborted) {
    const { identity } = session;
    if (identity === undefined) {
      await wakes.configuration.wait(idleWaitMs, signal);
      continue;
    }
    const startedMs = clock.monotonicMs();
    const answer = await api.configuration(
      identity.sensor_id,
      Math.max(seenVersion, session.configurationVersion),
      signal,
    );
    if (isAborted(signal)) return;
    if (answer.kind === 'ok') {
      failures = 0;
      seenVersion = answer.value.configuration_version;
      await applyConfiguration(deps, answer.value);
      await clock.sleep(minPollMs - (clock.monotonicMs() - startedMs), signal);
      continue;
    }
    failures += 1;
    if (answer.kind === 'refused' && answer.status === 404) wakes.registration.wake();
    logger.debug({ reason: answer.reason }, 'configuration poll failed');
    const retryAfterMs = answer.kind === 'refused' ? authBackoffMs : answer.retryAfterMs;
    await wakes.configuration.wait(backoffMs({ attempt: failures, random, retryAfterMs }), signal);
  }
};
