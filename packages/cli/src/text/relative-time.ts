const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
/** Past this a date says more than a number of days. */
const relativeLimitMs = 60 * dayMs;

const amount = (ms: number): string => {
  if (ms < minuteMs) return `${Math.floor(ms / 1000)} s`;
  if (ms < hourMs) return `${Math.floor(ms / minuteMs)} min`;
  if (ms < 2 * dayMs) return `${Math.floor(ms / hourMs)} h`;
  return `${Math.floor(ms / dayMs)} d`;
};

const rounded = (ms: number): number => {
  const unit =
    ms < hourMs - minuteMs / 2 ? (ms < minuteMs ? 1000 : minuteMs) : ms < 2 * dayMs ? hourMs : dayMs;
  return Math.round(ms / unit) * unit;
};

/** `12 s ago`, `in 3 h`, or a date when it is long ago. `-` for nothing, the text itself when it is no time. */
export const relativeTime = (timestamp: string | null, nowMs: number): string => {
  if (timestamp === null) return '-';
  const at = Date.parse(timestamp);
  if (Number.isNaN(at)) return timestamp;
  const distance = nowMs - at;
  if (Math.abs(distance) > relativeLimitMs) return new Date(at).toISOString().slice(0, 10);
  if (Math.abs(distance) < 1000) return 'now';
  // What lies ahead is rounded: two hours from now are "in 2 h" a second later as well.
  return distance > 0 ? `${amount(distance)} ago` : `in ${amount(rounded(-distance))}`;
};

const durationUnits: Readonly<Record<string, number>> = {
  s: 1000,
  m: minuteMs,
  min: minuteMs,
  h: hourMs,
  d: dayMs,
};

/** A point in time from `90s`, `15m`, `2h`, `7d` before now, or from an RFC 3339 time; undefined when it is neither. */
export const parseTime = (text: string, nowMs: number): string | undefined => {
  const match = /^(\d{1,6})(s|min|m|h|d)$/.exec(text);
  const unit = durationUnits[match?.[2] ?? ''];
  if (match !== null && unit !== undefined) return new Date(nowMs - Number(match[1]) * unit).toISOString();
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}.*)?$/.test(text)) return undefined;
  const at = Date.parse(text);
  return Number.isNaN(at) ? undefined : new Date(at).toISOString();
};
