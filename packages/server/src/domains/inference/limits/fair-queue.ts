import { AppError } from '../../../platform/errors.ts';

/** Places before an upstream or a model. Whoever waits waits in turn: users take turns, not requests. */
export interface FairQueue {
  /**
   * Resolves with what gives the place back. Errors: `overloaded` (429) when the queue or the user's part of it is
   * full; `unavailable` when the signal ended the wait.
   */
  enter(place: string, concurrency: number, userId: string, signal: AbortSignal): Promise<() => void>;
}

interface Waiter {
  readonly admit: () => void;
}

interface Place {
  active: number;
  /** Waiters by user, the user who was served longest ago first. */
  readonly users: Map<string, Set<Waiter>>;
}

export interface FairQueueOptions {
  /** Requests that wait at one place. */
  readonly waitingMax: number;
  /** Of those, requests of one user. */
  readonly waitingPerUserMax: number;
}

export const defaultQueue: FairQueueOptions = { waitingMax: 1000, waitingPerUserMax: 64 };

const full = (whose: string): AppError =>
  new AppError('overloaded', {
    detail: `${whose} has too many requests waiting for this model`,
    retryAfterSeconds: 2,
  });

/** The next user's first waiter; the user goes to the end of the line. */
const next = (place: Place): Waiter | undefined => {
  const turn = place.users.entries().next();
  if (turn.done === true) return undefined;
  const [userId, waiters] = turn.value;
  const first = waiters.values().next();
  place.users.delete(userId);
  if (first.done === true) return next(place);
  waiters.delete(first.value);
  if (waiters.size > 0) place.users.set(userId, waiters);
  return first.value;
};

const countAt = (place: Place): number => place.users.values().reduce((sum, { size }) => sum + size, 0);
const givenUp = (): AppError =>
  new AppError('unavailable', { detail: 'The wait for this model was given up' });

export const createFairQueue = ({ waitingMax, waitingPerUserMax }: FairQueueOptions): FairQueue => {
  const places = new Map<string, Place>();

  const leave = (name: string, place: Place): (() => void) => {
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const waiter = next(place);
      if (waiter !== undefined) {
        waiter.admit();
        return;
      }
      place.active -= 1;
      if (place.active === 0) places.delete(name);
    };
  };

  const wait = (name: string, place: Place, userId: string, signal: AbortSignal): Promise<() => void> =>
    new Promise((resolve, reject) => {
      const waiters = place.users.get(userId) ?? new Set<Waiter>();
      place.users.set(userId, waiters);
      const giveUp = (): void => {
        if (!waiters.delete(waiter)) return;
        if (waiters.size === 0) place.users.delete(userId);
        reject(givenUp());
      };
      const waiter: Waiter = {
        admit: () => {
          signal.removeEventListener('abort', giveUp);
          resolve(leave(name, place));
        },
      };
      waiters.add(waiter);
      signal.addEventListener('abort', giveUp, { once: true });
    });

  return {
    enter: async (name, concurrency, userId, signal) => {
      const place = places.get(name) ?? { active: 0, users: new Map<string, Set<Waiter>>() };
      if (place.active < concurrency) {
        place.active += 1;
        places.set(name, place);
        return leave(name, place);
      }
      if (signal.aborted) throw givenUp();
      if (countAt(place) >= waitingMax) throw full('The server');
      if ((place.users.get(userId)?.size ?? 0) >= waitingPerUserMax) throw full('This user');
      return wait(name, place, userId, signal);
    },
  };
};
