import { isAborted } from '../aborted.ts';
import { backoffMs } from '../backoff.ts';
import { applyConfiguration } from './configuration.ts';
import type { LoopDeps } from './loop-deps.ts';

const idleWaitMs = 30_000;

const noteSpool = ({ spool, health }: LoopDeps): void => {
  const { dropped, damaged, problem } = spool.status();
  if (dropped.telemetry > 0)
    health.set('dropped', 'degraded', `spool full: ${dropped.telemetry} telemetry records were dropped`);
  if (dropped.evidence > 0)
    health.set('lost', 'unhealthy', `spool full: ${dropped.evidence} security records were dropped`);
  if (damaged > 0) health.set('damaged', 'degraded', `${damaged} spooled entries were damaged on disk`);
  if (problem === null) health.clear('spool');
  else health.set('spool', 'degraded', `the spool cannot be written: ${problem}`);
};

/** Says that the sensor lives, how it is and what waits on the node; learns of a new configuration. */
export const runHeartbeat = async (deps: LoopDeps, signal: AbortSignal): Promise<void> => {
  const { api, clock, random, session, wakes, logger, spool, health, version } = deps;
  let failures = 0;
  let toldDrops = 0;
  while (!signal.aborted) {
    const { identity } = session;
    if (identity === undefined) {
      await wakes.heartbeat.wait(idleWaitMs, signal);
      continue;
    }
    const startedMs = clock.monotonicMs();
    noteSpool(deps);
    const { dropped, records } = spool.status();
    const body = {
      ...health.report(),
      version,
      configuration_version: session.configurationVersion,
      spooled_records: records,
    };
    const answer = await api.heartbeat(identity.sensor_id, body, signal);
    if (isAborted(signal)) return;
    if (answer.kind === 'ok') {
      failures = 0;
      if (dropped.telemetry + dropped.evidence > toldDrops) await spool.markDroppedTold(dropped);
      toldDrops = dropped.telemetry + dropped.evidence;
      await applyConfiguration(deps, answer.value);
      const intervalMs = session.configuration.heartbeat_interval_seconds * 1000;
      await wakes.heartbeat.wait(Math.max(0, intervalMs - (clock.monotonicMs() - startedMs)), signal);
      continue;
    }
    failures += 1;
    logger.warn({ reason: answer.reason, failures }, 'heartbeat failed');
    if (answer.kind === 'refused' && answer.status === 404) wakes.registration.wake();
    const retryAfterMs = answer.kind === 'refused' ? 0 : answer.retryAfterMs;
    await clock.sleep(backoffMs({ attempt: failures, random, retryAfterMs }), signal);
  }
};
