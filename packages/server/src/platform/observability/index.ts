export { type LogLevel } from './log-level.ts';
export { type Logger, type LoggerOptions } from './logger.ts';
export { maskText } from './mask.ts';
export { createMetrics, type Metrics, type MetricsOptions, type MetricSnapshot } from './metrics.ts';
