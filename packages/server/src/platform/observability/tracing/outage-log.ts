import type { Logger } from 'pino';

export interface OutageLog {
  failed(error: unknown): void;
  worked(): void;
}

/** Says once that the Collector does not take what it is sent, and once that it does again. */
export const createOutageLog = (log: Logger, signal: 'traces' | 'metrics', endpoint: string): OutageLog => {
  let failing = false;
  return {
    failed: (error) => {
      if (failing) return;
      failing = true;
      const reason = error instanceof Error ? error.message : String(error);
      log.warn({ signal, endpoint, reason }, 'The OpenTelemetry Collector takes nothing; requests go on');
    },
    worked: () => {
      if (failing) log.info({ signal, endpoint }, 'The OpenTelemetry Collector takes what it is sent again');
      failing = false;
    },
  };
};
