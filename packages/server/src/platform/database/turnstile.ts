/** What the turnstile asks of the pool behind it. */
export interface TurnstilePool {
  /** Connections that are open or being opened. */
  total(): number;
  readonly max: number;
}

export interface Turnstile {
  /** Resolves when the caller may take a connection; answers how to say that it was opened, and that it is back. */
  enter(): Promise<{ opened(): void; leave(): void }>;
  waiting(): number;
  /** Turns away whoever waits. */
  close(): void;
}

interface Waiter {
  admit(): void;
  refuse(): void;
}

/** Waits in line until admitted; rejects when it takes too long or when the line is closed. */
const waitIn = <T>(
  waiters: Set<Waiter>,
  options: { readonly timeoutMs: number; readonly refusal: () => Error; readonly admit: () => T },
): Promise<T> =>
  new Promise((resolve, reject) => {
    const waiter: Waiter = {
      admit: () => {
        clearTimeout(timer);
        resolve(options.admit());
      },
      refuse: () => {
        clearTimeout(timer);
        waiters.delete(waiter);
        reject(options.refusal());
      },
    };
    const timer = setTimeout(waiter.refuse, options.timeoutMs);
    waiters.add(waiter);
  });

/**
 * Lets callers to the pool so that it grows one connection at a time. A burst would otherwise open all the missing ones
 * at once, and each costs some milliseconds of CPU (a process of PostgreSQL, SCRAM on both sides) that the statements
 * of the burst do not: they mostly share the few that exist. Measured with 32 logins at once on two cores, that growth
 * was the longest stall of every other request.
 */
export const createTurnstile = (options: {
  readonly pool: TurnstilePool;
  readonly timeoutMs: number;
  readonly refusal: () => Error;
}): Turnstile => {
  const { pool, timeoutMs, refusal } = options;
  const waiters = new Set<Waiter>();
  let inside = 0;
  let opening = 0;

  const mayEnter = (): boolean => inside < pool.total() || (opening === 0 && pool.total() < pool.max);
  const next = (): void => {
    for (const waiter of waiters) {
      if (!mayEnter()) return;
      waiters.delete(waiter);
      waiter.admit();
    }
  };
  const take = (): { opened(): void; leave(): void } => {
    const opens = inside >= pool.total();
    inside += 1;
    if (opens) opening += 1;
    let isOpening = opens;
    const opened = (): void => {
      if (!isOpening) return;
      isOpening = false;
      opening -= 1;
      next();
    };
    return {
      opened,
      leave: () => {
        inside -= 1;
        opened();
        next();
      },
    };
  };
  return {
    enter: async () => {
      if (waiters.size > 0 || !mayEnter()) return waitIn(waiters, { timeoutMs, refusal, admit: take });
      return take();
    },
    waiting: () => waiters.size,
    close: () => {
      for (const waiter of [...waiters]) waiter.refuse();
    },
  };
};
