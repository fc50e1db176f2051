import { openConnection } from './connection.ts';

export interface ClosedLoopOptions {
  readonly port: number;
  /** Clients at once; each sends its next request when it has its answer. */
  readonly connections: number;
  /** What is measured lasts this long, after the warm-up. */
  readonly durationMs: number;
  readonly warmUpMs: number;
  /** The bytes of the `n`th request. */
  readonly request: (n: number) => Buffer;
  /** Source address of the `n`th connection; 127.0.0.1 unless told. */
  readonly localAddress?: (n: number) => string;
}

export interface ClosedLoopResult {
  readonly perSecond: number;
  /** Of answers with a status below 400. */
  readonly latenciesMs: readonly number[];
  /** How often each status came, warm-up not counted. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** Holds `connections` clients busy. Answers of 400 and above are counted by status and not as successes. */
export const closedLoop = async (options: ClosedLoopOptions): Promise<ClosedLoopResult> => {
  const { port, localAddress } = options;
  const connections = await Promise.all(
    Array.from({ length: options.connections }, (_, n) => openConnection(port, localAddress?.(n))),
  );
  const latenciesMs: number[] = [];
  const statuses: Record<string, number> = {};
  const fromMs = performance.now() + options.warmUpMs;
  const untilMs = fromMs + options.durationMs;
  let sent = 0;
  const client = async (connection: (typeof connections)[number]): Promise<void> => {
    let atMs = performance.now();
    while (atMs < untilMs) {
      const { status } = await connection.exchange(options.request(sent++));
      const doneMs = performance.now();
      if (doneMs >= fromMs && doneMs < untilMs) {
        statuses[status] = (statuses[status] ?? 0) + 1;
        if (status < 400) latenciesMs.push(doneMs - atMs);
      }
      atMs = doneMs;
    }
  };
  try {
    await Promise.all(connections.map(client));
  } finally {
    for (const connection of connections) connection.close();
  }
  return { perSecond: latenciesMs.length / (options.durationMs / 1000), latenciesMs, statuses };
};

/** Fails a bench whose requests were refused: a fast refusal must not pass for a fast answer. */
export const onlySuccesses = (result: ClosedLoopResult, what: string): ClosedLoopResult => {
  const refused = Object.entries(result.statuses).filter(([status]) => Number(status) >= 400);
  if (refused.length > 0 || result.latenciesMs.length === 0) {
    throw new Error(`${what}: answers by status ${JSON.stringify(result.statuses)}`);
  }
  return result;
};
