import type { CheckedEvent } from './check-event.ts';

/** What is told of a process, each fact by itself; the order is that of `processes.facts_at`. */
export const factNames = [
  'parent_process_id',
  'command',
  'executable',
  'executable_sha256',
  'user_id',
  'user_name',
  'container_id',
  'image',
  'pod',
  'namespace',
  'job_id',
] as const;

export type FactValue = string | number | null;

/** One process as some events show it. Arrays are in the order of `factNames`; times are microseconds, 0: never told. */
export interface Sighting {
  readonly processId: string;
  readonly agentId: string;
  readonly nodeId: string | null;
  readonly pid: number;
  readonly startedAtMs: number | null;
  readonly values: FactValue[];
  readonly toldAtUs: number[];
  count: number;
  firstUs: number;
  lastUs: number;
}

/** `agent:pid`, or `agent:pid:start`, so that a pid that is used again is another process. */
export const processIdOf = (agentId: string, pid: number, startedAtMs: number | null): string =>
  startedAtMs === null ? `${agentId}:${String(pid)}` : `${agentId}:${String(pid)}:${String(startedAtMs)}`;

export const newSighting = (
  processId: string,
  agent: { readonly id: string; readonly nodeId: string | null },
  { event, startedAtMs, occurredAtUs }: CheckedEvent,
): Sighting => ({
  processId,
  agentId: agent.id,
  nodeId: agent.nodeId,
  pid: event.pid,
  startedAtMs,
  values: factNames.map(() => null),
  toldAtUs: factNames.map(() => 0),
  count: 0,
  firstUs: occurredAtUs,
  lastUs: occurredAtUs,
});

/** The later telling wins; of two at the same time the greater value: a total order, so the order of events is none. */
const tell = (sighting: Sighting, index: number, value: FactValue | undefined, atUs: number): void => {
  if (value === undefined || value === null) return;
  const before = sighting.toldAtUs[index] ?? 0;
  if (atUs < before) return;
  const known = sighting.values[index];
  if (atUs === before && known !== null && known !== undefined && known >= value) return;
  sighting.values[index] = value;
  sighting.toldAtUs[index] = atUs;
};

/** Takes an event of this process in. */
export const addEvent = (
  sighting: Sighting,
  { event, occurredAtUs: at, parentStartedAtMs }: CheckedEvent,
): void => {
  sighting.count += 1;
  if (at < sighting.firstUs) sighting.firstUs = at;
  if (at > sighting.lastUs) sighting.lastUs = at;
  if (event.ppid !== undefined) {
    tell(sighting, 0, processIdOf(sighting.agentId, event.ppid, parentStartedAtMs), at);
  }
  tell(sighting, 1, event.command, at);
  tell(sighting, 2, event.executable, at);
  tell(sighting, 3, event.executable_sha256, at);
  tell(sighting, 4, event.user_id, at);
  tell(sighting, 5, event.user_name, at);
  tell(sighting, 6, event.container_id, at);
  tell(sighting, 7, event.image, at);
  tell(sighting, 8, event.pod, at);
  tell(sighting, 9, event.namespace, at);
  tell(sighting, 10, event.job_id, at);
};
