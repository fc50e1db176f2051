import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Counter, Gauge, type Registry } from 'prom-client';

const microsecondsPerSecond = 1e6;
const nanosecondsPerSecond = 1e9;

/** Finer sampling wakes an idle process more often than its figure is worth. */
const loopDelayResolutionMs = 20;

/**
 * The process figures that operators alert on, under the names that dashboards know. The library's own default set
 * is left out: it wakes on every garbage collection and has names that promtool's linter refuses.
 */
export const registerProcessMetrics = (registry: Registry): void => {
  const registers = [registry];
  new Counter({
    name: 'process_cpu_seconds_total',
    help: 'Processor time spent by this process, user and system, in seconds.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage();
      this.reset();
      this.inc((user + system) / microsecondsPerSecond);
    },
  });
  new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Memory of this process that is in RAM, in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  new Gauge({
    name: 'nodejs_heap_used_bytes',
    help: 'JavaScript heap in use, in bytes.',
    registers,
    collect() {
      this.set(process.memoryUsage().heapUsed);
    },
  });
  new Gauge({
    name: 'process_start_time_seconds',
    help: 'When this process started, in seconds since the Unix epoch.',
    registers,
  }).set(performance.timeOrigin / 1000);
  registerLoopDelay(registers);
};

const registerLoopDelay = (registers: Registry[]): void => {
  const delay = monitorEventLoopDelay({ resolution: loopDelayResolutionMs });
  delay.enable();
  new Gauge({
    name: 'nodejs_eventloop_lag_p99_seconds',
    help: 'How late the event loop ran its timers since the last scrape, 99th percentile, in seconds.',
    registers,
    collect() {
      this.set(delay.percentile(99) / nanosecondsPerSecond);
      delay.reset();
    },
  });
};
