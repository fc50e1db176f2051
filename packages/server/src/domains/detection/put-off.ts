import type { NodeMemory } from './node-memory.ts';
import type { Finding } from './step-record.ts';

/**
 * Alerts that one transaction raises or repeats. Records wait for it, and where a whole fleet is in trouble at once they
 * must not wait for all of its alerts: the rest is told with the nodes' next records.
 */
export const maxToldAtOnce = 32;

const keyOf = ({ gpuId, detector }: Finding): string => `${gpuId}:${detector}`;

/**
 * What is told now, of what was put off and what is new; the rest is put off once more, with its node. What is over is told
 * at once, and what was not told before its end never is. A replica that dies takes what it put off with it: whatever
 * goes on then is told within five minutes, as the repetition of an alert that nobody raised.
 */
export const tellNow = (
  held: ReadonlyMap<string, NodeMemory>,
  fresh: readonly Finding[],
  most = maxToldAtOnce,
): readonly Finding[] => {
  if (fresh.length === 0 && [...held.values()].every(({ untold }) => untold.length === 0)) return fresh;
  const waiting = new Map<string, Finding>();
  const over: Finding[] = [];
  for (const finding of [...[...held.values()].flatMap(({ untold }) => untold), ...fresh]) {
    // A later one of a detector says all that the one before did, and keeps its place in the line.
    if (finding.turn === 'ended') {
      waiting.delete(keyOf(finding));
      over.push(finding);
    } else waiting.set(keyOf(finding), finding);
  }
  const all = [...waiting.values()];
  for (const node of held.values()) node.untold = [];
  for (const finding of all.slice(most)) held.get(finding.nodeId)?.untold.push(finding);
  return [...over, ...all.slice(0, most)];
};
