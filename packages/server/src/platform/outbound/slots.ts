import { OutboundFailure } from './types.ts';

interface Destination {
  active: number;
  readonly waiting: Set<() => void>;
}

/** Requests to one destination at once; the others wait in line, and a line that is too long is refused. */
export interface Slots {
  /** Resolves with the function that gives the slot back. Rejects with the reason of `signal`, or `circuit_open`. */
  take(key: string, signal: AbortSignal): Promise<() => void>;
}

export const createSlots = ({
  activeMax,
  waitingMax,
}: {
  readonly activeMax: number;
  readonly waitingMax: number;
}): Slots => {
  const destinations = new Map<string, Destination>();

  const release = (key: string, destination: Destination): void => {
    const next = destination.waiting.values().next();
    if (!next.done) {
      destination.waiting.delete(next.value);
      next.value();
      return;
    }
    destination.active -= 1;
    if (destination.active === 0) destinations.delete(key);
  };

  return {
    take: (key, signal) => {
      const destination = destinations.get(key) ?? { active: 0, waiting: new Set() };
      const slot = (): void => {
        release(key, destination);
      };
      if (destination.active < activeMax) {
        destination.active += 1;
        destinations.set(key, destination);
        return Promise.resolve(slot);
      }
      if (destination.waiting.size >= waitingMax) {
        const detail = 'too many requests wait for this destination';
        return Promise.reject(new OutboundFailure('circuit_open', detail, { retryable: true }));
      }
      return waitForTurn(destination, slot, signal);
    },
  };
};

const waitForTurn = (destination: Destination, slot: () => void, signal: AbortSignal): Promise<() => void> =>
  new Promise((resolve, reject) => {
    const giveUp = (): void => {
      destination.waiting.delete(turn);
      reject(signal.reason as OutboundFailure);
    };
    const turn = (): void => {
      signal.removeEventListener('abort', giveUp);
      resolve(slot);
    };
    destination.waiting.add(turn);
    signal.addEventListener('abort', giveUp, { once: true });
  });
