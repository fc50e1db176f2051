import { knownMetricNames, knownMetrics, type KnownMetric } from '@gpushield/contracts';

const positions = new Map<string, number>(knownMetricNames.map((name, index) => [name, index]));
const bounds = knownMetricNames.map((name) => knownMetrics[name]);

/** The column of a known metric among `knownMetricNames`; undefined for any other name. */
export const positionOf = (name: string): number | undefined => positions.get(name);

/** Why a known metric's value is refused: no device reports it. Undefined when it is not. */
export const metricProblem = (name: string, value: number): string | undefined => {
  if (!Number.isFinite(value)) return 'must be a finite number';
  const position = positions.get(name);
  const bound = position === undefined ? undefined : bounds[position];
  if (bound === undefined) return undefined;
  const [unit, minimum, maximum] = bound;
  return value >= minimum && value <= maximum ? undefined : `must be from ${minimum} to ${maximum} ${unit}`;
};

export type KnownValues = Readonly<Record<KnownMetric, number | null>>;

/** A stored record's metrics as one object again: the known ones that are there, then the others. */
export const mergeMetrics = (
  known: KnownValues,
  extra: Readonly<Record<string, number>> | null,
): Record<string, number> => {
  const metrics: Record<string, number> = {};
  for (const name of knownMetricNames) {
    const value = known[name];
    if (value !== null) metrics[name] = value;
  }
  return extra === null ? metrics : { ...metrics, ...extra };
};
