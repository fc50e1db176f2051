/**
 * The program of the steady probe: sends requests at a fixed rate, whatever the answers do, and keeps their latencies.
 * A process of its own, so that the load's event loop does not stand in the measured time. See steady-probe.ts.
 */
import { openConnection, requestBytes, type Connection } from './connection.ts';
import type { ProbeCommand, ProbeSamples } from './steady-probe.ts';

// More than are ever under way at once in a healthy server; beyond it a request waits, and its wait is counted.
const maxConnections = 64;
const tickMs = 1;

/** What was measured since the last take. */
const createSamples = () => {
  let kept: { latenciesMs: number[]; lagsMs: number[]; failures: number };
  const reset = (): void => {
    kept = { latenciesMs: [], lagsMs: [], failures: 0 };
  };
  reset();
  return {
    sent: (lagMs: number) => kept.lagsMs.push(lagMs),
    answered: (latencyMs: number) => kept.latenciesMs.push(latencyMs),
    failed: () => {
      kept.failures += 1;
    },
    take: (): ProbeSamples => {
      const taken = kept;
      reset();
      return taken;
    },
  };
};

type Samples = ReturnType<typeof createSamples>;

const startProbe = ({ port, perSecond, request }: ProbeCommand, samples: Samples): void => {
  const bytes = requestBytes(request);
  const idle: Connection[] = [];
  const due: number[] = [];
  let opened = 0;
  let nextDueMs = performance.now();

  const lost = (): void => {
    opened -= 1;
    samples.failed();
  };
  const exchange = async (connection: Connection, dueMs: number): Promise<void> => {
    samples.sent(performance.now() - dueMs);
    try {
      const { status } = await connection.exchange(bytes);
      // From when it was due, not from when it left: a stalled server must not thin out its own bad samples.
      if (status < 400) samples.answered(performance.now() - dueMs);
      else samples.failed();
      idle.push(connection);
    } catch {
      lost();
    }
    sendDue();
  };
  const sendDue = (): void => {
    while (due.length > 0) {
      const connection = idle.pop();
      if (connection === undefined) {
        if (opened < maxConnections) open();
        return;
      }
      void exchange(connection, due.shift() ?? performance.now());
    }
  };
  const open = (): void => {
    opened += 1;
    void openConnection(port).then((connection) => {
      idle.push(connection);
      sendDue();
    }, lost);
  };
  setInterval(() => {
    const nowMs = performance.now();
    for (; nextDueMs <= nowMs; nextDueMs += 1000 / perSecond) due.push(nextDueMs);
    sendDue();
  }, tickMs);
};

const samples = createSamples();
process.on('message', (message: ProbeCommand | 'take') => {
  if (message === 'take') process.send?.(samples.take());
  else startProbe(message, samples);
});
process.on('disconnect', () => process.exit(0));
