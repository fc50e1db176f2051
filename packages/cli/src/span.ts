import { InvalidArgumentError } from 'commander';

const spanPattern = /^(\d+(?:\.\d+)?)(s|m|h|d)?$/;
const spanSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400 };
const maxSpanS = 90 * 86_400;

/** A span such as `90`, `10s`, `5m`, `2h` or `1d`, in seconds. */
export const span = (text: string): number => {
  const match = spanPattern.exec(text);
  const seconds = Number(match?.[1]) * (spanSeconds[match?.[2] ?? 's'] ?? 1);
  if (!(seconds >= 0 && seconds <= maxSpanS))
    throw new InvalidArgumentError('It must be a span such as 10s, 5m, 2h or 1d, at most 90d.');
  return seconds;
};
