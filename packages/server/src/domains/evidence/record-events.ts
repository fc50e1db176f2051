import {
  earliestTimestamp,
  maxFutureMs,
  severities,
  type SecurityEventInput,
  type Severity,
} from '@gpushield/contracts';
import type { Executor, Tx } from '../../platform/database/types.ts';
import { AppError } from '../../platform/errors.ts';
import { checkEvidence, refuseField, timeOf } from '../alerts/index.ts';
import type { EvidenceDomainDeps } from './deps.ts';
import { eventFingerprint } from './event-fingerprint.ts';
import { insertEvents, type EventRecord } from './event-store.ts';
import { watchXids } from './watch-xids.ts';
import type { FleetNode } from './types.ts';

type Deps = Pick<EvidenceDomainDeps, 'clock' | 'newId' | 'alerts' | 'fleet' | 'watchXids'>;

/** What resources a reporter may speak of; throws 403 for a node that is not its own. */
export type AuthorizeNode = (node: FleetNode) => void;

const alertsFrom = severities.indexOf('high');
const rank = (severity: Severity): number => severities.indexOf(severity);

const unknown = (position: number, field: string, what: string): AppError => {
  const pointer = `/records/${String(position)}/${field}`;
  return new AppError('unknown_reference', {
    detail: `${pointer} ${what}`,
    errors: [{ field: pointer, message: what }],
  });
};

/** Looks up each id once, however many records name it. */
const once = <T>(find: (id: string) => Promise<T>): ((id: string) => Promise<T>) => {
  const found = new Map<string, Promise<T>>();
  return (id) => {
    const known = found.get(id) ?? find(id);
    found.set(id, known);
    return known;
  };
};

const checkReferences = async (
  deps: Deps,
  db: Executor,
  records: readonly SecurityEventInput[],
  authorizeNode: AuthorizeNode,
): Promise<void> => {
  const { fleet } = deps;
  const node = once((id) => fleet.findNode(db, id));
  const sensor = once((id) => fleet.findSensor(db, id));
  const gpu = once((id) => fleet.findGpu(db, id));
  for (const [position, record] of records.entries()) {
    const found = await node(record.node_id);
    if (found === undefined) throw unknown(position, 'node_id', 'is not a registered node');
    authorizeNode(found);
    if (typeof record.sensor_id === 'string' && (await sensor(record.sensor_id))?.node_id !== found.id) {
      throw unknown(position, 'sensor_id', 'is not a sensor of this node');
    }
    if (typeof record.gpu_id === 'string' && (await gpu(record.gpu_id))?.node_id !== found.id) {
      throw unknown(position, 'gpu_id', 'is not a GPU of this node');
    }
  }
};

const occurrenceOf = (record: SecurityEventInput, position: number, nowMs: number): Date => {
  const field = `/records/${String(position)}/timestamp`;
  const time = timeOf(record.timestamp, field);
  if (time.getTime() < Date.parse(earliestTimestamp))
    throw refuseField(field, `is before ${earliestTimestamp}`);
  if (time.getTime() > nowMs + maxFutureMs) {
    throw refuseField(field, `is more than ${String(maxFutureMs / 1000)} s ahead of the server's clock`);
  }
  return time;
};

const recordOf = (deps: Deps, input: SecurityEventInput, position: number, receivedAt: Date): EventRecord => {
  const evidence = input.evidence ?? {};
  checkEvidence(evidence, `/records/${String(position)}/evidence`);
  return {
    id: deps.newId(),
    nodeId: input.node_id.toLowerCase(),
    sensorId: input.sensor_id?.toLowerCase() ?? null,
    gpuId: input.gpu_id?.toLowerCase() ?? null,
    type: input.event_type,
    severity: input.severity,
    title: input.title,
    description: input.description ?? '',
    occurredAt: occurrenceOf(input, position, receivedAt.getTime()),
    receivedAt,
    fingerprint: eventFingerprint(input),
    evidence,
    alertId: null,
  };
};

const latestOf = (events: readonly EventRecord[]): EventRecord | undefined =>
  events.toSorted((a, b) => b.occurredAt.getTime() - a.occurredAt.getTime())[0];

/** One alert a fingerprint among the grave ones, in the order of the fingerprints (see `AlertsPort.raise`). */
const raiseGrave = async (
  deps: Deps,
  tx: Tx,
  grave: readonly EventRecord[],
): Promise<ReadonlyMap<string, string>> => {
  const groups = [...Map.groupBy(grave, ({ fingerprint }) => fingerprint)].sort(([a], [b]) =>
    a < b ? -1 : 1,
  );
  const alertIds = new Map<string, string>();
  for (const [fingerprint, group] of groups) {
    const latest = latestOf(group);
    if (latest === undefined) continue;
    const { alertId } = await deps.alerts.raise(tx, {
      title: latest.title,
      description: latest.description,
      severity: group.some(({ severity }) => severity === 'critical') ? 'critical' : 'high',
      source: latest.type === 'gpu.xid' ? 'xid' : 'security_event',
      fingerprint,
      nodeId: latest.nodeId,
      gpuId: latest.gpuId,
      sensorId: latest.sensorId,
      evidence: latest.evidence,
      seenAt: latest.occurredAt,
      occurrences: group.length,
    });
    alertIds.set(fingerprint, alertId);
  }
  return alertIds;
};

/**
 * Takes what sensors report, all of it or nothing. Events of severity high and above raise alerts. Throws
 * `unknown_reference` (422), `validation_failed` (422) for times and evidence out of bounds, and 403 through
 * `authorizeNode`.
 */
export const recordEvents = async (
  deps: Deps,
  tx: Tx,
  inputs: readonly SecurityEventInput[],
  authorizeNode: AuthorizeNode,
): Promise<{ accepted: number; receivedAt: Date }> => {
  const receivedAt = new Date(deps.clock.nowMs());
  await checkReferences(deps, tx, inputs, authorizeNode);
  const events = inputs.map((input, position) => recordOf(deps, input, position, receivedAt));
  const isGrave = ({ severity }: EventRecord): boolean => rank(severity) >= alertsFrom;
  const settleXids = await watchXids(deps, tx, events, isGrave);
  const alertIds = await raiseGrave(deps, tx, events.filter(isGrave));
  await settleXids(alertIds);
  const linked = events.map((event) =>
    isGrave(event) ? { ...event, alertId: alertIds.get(event.fingerprint) ?? null } : event,
  );
  await insertEvents(tx, linked);
  return { accepted: linked.length, receivedAt };
};
