/** Requests that wait for the next configuration of a sensor. Bounded: each one holds a connection of a sensor. */
export interface ConfigurationWaiters {
  /**
   * Starts to wait; resolves when the sensor's configuration may have changed, the time is over, or `signal`
   * aborts. Undefined when too many wait already: answer at once then. Start before reading the current version,
   * so that no change falls between, and `cancel` when it need not be waited for.
   */
  wait(
    sensorId: string,
    timeoutMs: number,
    signal: AbortSignal,
  ): { readonly changed: Promise<void>; readonly cancel: () => void } | undefined;
  wake(sensorId: string): void;
  wakeAll(): void;
  readonly size: number;
}

export const createConfigurationWaiters = ({
  maxWaiters,
}: {
  readonly maxWaiters: number;
}): ConfigurationWaiters => {
  const waiting = new Map<string, Set<() => void>>();
  let size = 0;
  const wakeEach = (wakes: Iterable<() => void>) => {
    for (const wake of [...wakes]) wake();
  };
  return {
    wait: (sensorId, timeoutMs, signal) => {
      if (size >= maxWaiters || signal.aborted) return undefined;
      const { promise, resolve } = Promise.withResolvers<void>();
      const peers = waiting.get(sensorId) ?? new Set();
      let ended = false;
      const end = () => {
        if (ended) return;
        ended = true;
        size -= 1;
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        peers.delete(end);
        if (peers.size === 0 && waiting.get(sensorId) === peers) waiting.delete(sensorId);
        resolve();
      };
      const timer = setTimeout(end, timeoutMs);
      signal.addEventListener('abort', end, { once: true });
      waiting.set(sensorId, peers.add(end));
      size += 1;
      return { changed: promise, cancel: end };
    },
    wake: (sensorId) => wakeEach(waiting.get(sensorId) ?? []),
    wakeAll: () => wakeEach([...waiting.values()].flatMap((peers) => [...peers])),
    get size() {
      return size;
    },
  };
};
