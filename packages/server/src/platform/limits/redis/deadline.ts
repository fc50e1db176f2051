/**
 * The promise, or a rejection after `ms`. A process that was itself held up (a pause, a long computation) looks at the
 * network once more before it blames the other side.
 */
export const withDeadline = <T>(promise: Promise<T>, ms: number): Promise<T> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      setImmediate(() => {
        setImmediate(() => {
          reject(new Error(`no answer within ${String(ms)} ms`));
        });
      });
    }, ms);
    promise.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    );
  });
