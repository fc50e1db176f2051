import { listIn, objectIn, readQuantity, type Json } from './read.ts';

/** Amounts of resources by their names, in base units (CPUs, bytes, devices). */
export type Amounts = ReadonlyMap<string, number>;

const add = (into: Map<string, number>, amounts: Amounts): void => {
  for (const [name, amount] of amounts) into.set(name, (into.get(name) ?? 0) + amount);
};
const raise = (into: Map<string, number>, amounts: Amounts): void => {
  for (const [name, amount] of amounts) into.set(name, Math.max(into.get(name) ?? 0, amount));
};

/** What a container asks for. A limit without a request is one: so it is with devices. */
const askedBy = (container: Json): Amounts => {
  const resources = objectIn(container, 'resources');
  const all = { ...objectIn(resources, 'limits'), ...objectIn(resources, 'requests') };
  return new Map(
    Object.entries(all).flatMap(([name, given]) => {
      const amount = readQuantity(given);
      return amount === undefined ? [] : [[name, amount] as const];
    }),
  );
};

/**
 * What a pod takes from its node, as the scheduler of Kubernetes counts it: its containers together with its sidecars
 * (init containers that restart always), or the largest init container with the sidecars that started before it,
 * whichever is more, and the overhead of its runtime class.
 */
export const effectiveRequests = (spec: Json): Amounts => {
  const running = new Map<string, number>();
  const starting = new Map<string, number>();
  const sidecars = new Map<string, number>();
  for (const container of listIn(spec, 'containers')) add(running, askedBy(container));
  for (const container of listIn(spec, 'initContainers')) {
    const asked = askedBy(container);
    if (container['restartPolicy'] === 'Always') {
      add(sidecars, asked);
      raise(starting, sidecars);
    } else {
      const withSidecars = new Map(asked);
      add(withSidecars, sidecars);
      raise(starting, withSidecars);
    }
  }
  add(running, sidecars);
  raise(running, starting);
  add(running, askedBy({ resources: { requests: objectIn(spec, 'overhead') } }));
  return running;
};
