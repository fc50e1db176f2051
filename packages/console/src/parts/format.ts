/** Times, numbers and names as people read them. Pure. */

const units = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
] as const;

/** `seconds` in its two largest units: `2 h 5 min`, `40 s`. */
export const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.round(seconds));
  const at = units.findIndex(([size]) => whole >= size);
  const unit = units[at];
  if (unit === undefined) return `${String(whole)} s`;
  const smaller = units[at + 1];
  const first = `${String(Math.floor(whole / unit[0]))} ${unit[1]}`;
  const rest = smaller === undefined ? 0 : Math.floor((whole % unit[0]) / smaller[0]);
  return rest === 0 || smaller === undefined ? first : `${first} ${String(rest)} ${smaller[1]}`;
};

/** How long ago, or how long from now, an ISO time is. */
export const relative = (iso: string | null, nowMs: number): string => {
  if (iso === null) return 'never';
  const seconds = (nowMs - Date.parse(iso)) / 1000;
  if (Number.isNaN(seconds)) return iso;
  if (Math.abs(seconds) < 2) return 'now';
  return seconds < 0 ? `in ${duration(-seconds)}` : `${duration(seconds)} ago`;
};

/** A number with at most `digits` digits after the point, and its thousands apart. */
export const figure = (value: number | null | undefined, digits = 1): string =>
  value === null || value === undefined ? '–' : value.toLocaleString('en', { maximumFractionDigits: digits });

/** `gpu_utilization` as `gpu utilization`. */
export const words = (name: string): string => name.replaceAll('_', ' ');

/** Whatever an evidence field holds, on one line. */
export const plain = (value: unknown): string =>
  typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value);
