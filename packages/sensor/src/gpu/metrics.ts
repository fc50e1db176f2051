import { knownMetrics, knownMetricNames, type KnownMetric } from '@gpushield/contracts';

/** Keeps readings that are numbers within what the contract accepts: one absurd value must not cost a whole batch. */
export const boundedMetrics = (
  readings: Readonly<Partial<Record<KnownMetric, number | null>>>,
): Readonly<Record<string, number>> => {
  const metrics: Record<string, number> = {};
  for (const name of knownMetricNames) {
    const value = readings[name];
    const [, minimum, maximum] = knownMetrics[name];
    if (typeof value === 'number' && value >= minimum && value <= maximum) metrics[name] = value;
  }
  return metrics;
};
