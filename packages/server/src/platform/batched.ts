/** One call for many that ask at the same time. */
export type Batched<In, Out> = (item: In) => Promise<Out>;

interface Waiting<In, Out> {
  readonly item: In;
  readonly resolve: (value: Out) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Group commit: while `parallel` calls run, what comes gathers for the next. `run` answers in the order of its items;
 * when it rejects, all of them do.
 */
export const batched = <In, Out>({
  run,
  batchMax,
  parallel,
}: {
  readonly run: (items: readonly In[]) => Promise<readonly Out[]>;
  readonly batchMax: number;
  readonly parallel: number;
}): Batched<In, Out> => {
  const waiting: Waiting<In, Out>[] = [];
  let running = 0;
  let scheduled = false;

  const runBatch = async (batch: readonly Waiting<In, Out>[]): Promise<void> => {
    try {
      const answers = await run(batch.map(({ item }) => item));
      for (const [index, { resolve, reject }] of batch.entries()) {
        if (index < answers.length) resolve(answers[index] as Out);
        else reject(new Error('A batch answered fewer items than it was given'));
      }
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  };

  const start = (): void => {
    scheduled = false;
    while (running < parallel && waiting.length > 0) {
      running += 1;
      void runBatch(waiting.splice(0, batchMax)).then(() => {
        running -= 1;
        start();
      });
    }
  };

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.push({ item, resolve, reject });
      if (scheduled || running >= parallel) return;
      scheduled = true;
      setImmediate(start);
    });
};
