import { knownMetricNames, knownMetrics, type KnownMetric } from '@gpushield/contracts';

/** Place of each metric in a row of values. */
export const metric = Object.fromEntries(knownMetricNames.map((name, place) => [name, place])) as Readonly<
  Record<KnownMetric, number>
>;

const shownUnits: Readonly<Record<string, string>> = { Cel: '°C', '1': '', 'By/s': 'By/s' };

/** The vocabulary's unit of a metric. */
export const unitOf = (name: KnownMetric): string => knownMetrics[name][0];

/** A number for people: three digits or so, its unit behind it. */
export const say = (value: number, unit: string): string => {
  const size = Math.abs(value);
  const digits = size >= 100 || Number.isInteger(value) ? 0 : size >= 10 ? 1 : 2;
  const shown = shownUnits[unit] ?? unit.replaceAll(/[{}]/g, '');
  return shown === '' ? value.toFixed(digits) : `${value.toFixed(digits)} ${shown}`;
};

/** A span of seconds for people. */
export const saySpan = (seconds: number): string =>
  seconds < 90
    ? `${Math.round(seconds)} s`
    : seconds < 5400
      ? `${Math.round(seconds / 60)} min`
      : `${(seconds / 3600).toFixed(1)} h`;

/** Bytes a second for people. */
export const sayRate = (bytesPerSecond: number): string =>
  bytesPerSecond >= 1e9
    ? `${(bytesPerSecond / 1e9).toFixed(1)} GB/s`
    : `${(bytesPerSecond / 1e6).toFixed(bytesPerSecond >= 1e7 ? 0 : 1)} MB/s`;
