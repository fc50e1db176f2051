import type { Logger } from '../../../platform/observability/index.ts';
import { recalculationStep, type StepDeps } from './step.ts';

const intervalMs = 2_000;

export interface RecalculationWorker {
  /** Looks at once whether there is something to do. */
  wake(): void;
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Works at whatever recalculation is under way, this replica's or another's that died. */
export const createRecalculationWorker = (
  deps: StepDeps & { readonly log: Pick<Logger, 'error'> },
): RecalculationWorker => {
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> = Promise.resolve();
  let busy = false;
  let stopped = false;
  const work = async (): Promise<void> => {
    while (!stopped && (await recalculationStep(deps)));
  };
  const wake = (): void => {
    if (busy || stopped) return;
    busy = true;
    running = work()
      .catch((err: unknown) => {
        deps.log.error({ err }, 'a recalculation of scores stopped; it goes on from where it was');
      })
      .finally(() => {
        busy = false;
      });
  };
  return {
    wake,
    start: () => {
      timer = setInterval(wake, intervalMs);
      timer.unref();
      return Promise.resolve();
    },
    stop: async () => {
      stopped = true;
      clearInterval(timer);
      await running;
    },
  };
};
