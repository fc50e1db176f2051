/**
 * Factors from a sender's unit (UCUM, as OTLP writes it) to the vocabulary's. A unit that is missing here disagrees with
 * what the metric is, and its points are refused rather than stored wrong.
 */
const factors: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  '%': { '%': 1, '1': 100 },
  MiB: { MiBy: 1, By: 1 / 1_048_576, KiBy: 1 / 1024, GiBy: 1024, MBy: 1e6 / 1_048_576, GBy: 1e9 / 1_048_576 },
  W: { W: 1, mW: 1e-3, kW: 1e3 },
  J: { J: 1, mJ: 1e-3, uJ: 1e-6, kJ: 1e3, 'W.h': 3600 },
  Cel: { Cel: 1, mCel: 1e-3 },
  MHz: { MHz: 1, Hz: 1e-6, kHz: 1e-3, GHz: 1e3 },
  'By/s': { 'By/s': 1, 'KiBy/s': 1024, 'MiBy/s': 1_048_576 },
  '1': { '1': 1 },
};

/** Counts come with an annotation (`{error}`) or as `1`. */
const isCount = (unit: string): boolean => unit === '1' || /^\{[^}]*\}$/.test(unit);

/** What a value in `unit` is multiplied by; undefined when the unit does not fit. No unit means the usual one. */
export const unitFactor = (unit: string, target: string, usual: string): number | undefined => {
  const given = unit === '' ? usual : unit;
  if (isCount(target) && target !== '1') return isCount(given) ? 1 : undefined;
  return factors[target]?.[given];
};
