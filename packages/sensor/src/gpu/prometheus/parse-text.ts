/** One line of the Prometheus text format. */
export interface SeriesSample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

/** More series than an exporter of one node has. */
export const maxSeries = 50_000;
const maxLabels = 64;

const escapes: Readonly<Record<string, string>> = { n: '\n', '\\': '\\', '"': '"' };
const unescape = (text: string): string =>
  text.includes('\\') ? text.replace(/\\(.)/g, (whole, letter: string) => escapes[letter] ?? whole) : text;

const label = /\s*([A-Za-z_][A-Za-z0-9_]*)\s*=\s*"((?:[^"\\]|\\.)*)"\s*(,|\}|$)/y;

/** Labels from `start`, just behind the brace; answers where the rest of the line begins. Null when malformed. */
const parseLabels = (
  line: string,
  start: number,
): { readonly labels: ReadonlyMap<string, string>; readonly end: number } | null => {
  const labels = new Map<string, string>();
  let at = start;
  while (line[at] !== '}') {
    label.lastIndex = at;
    const match = label.exec(line);
    if (match === null || labels.size >= maxLabels) return null;
    const [whole, name = '', value = '', separator] = match;
    labels.set(name, unescape(value));
    at += whole.length;
    if (separator === '}') return { labels, end: at };
    if (separator !== ',') return null;
    while (line[at] === ' ') at += 1;
  }
  return { labels, end: at + 1 };
};

const numberOf = (text: string): number => {
  if (/^[+]?Inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-Inf$/i.test(text)) return Number.NEGATIVE_INFINITY;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
};

/**
 * Samples of a text exposition (also OpenMetrics as far as gauges and counters go). Lines that are none, and values
 * that are not finite, are left out; at most `maxSeries` are read.
 * Source: Prometheus' exposition format 0.0.4.
 */
export const parseExposition = (text: string): readonly SeriesSample[] => {
  const samples: SeriesSample[] = [];
  for (const raw of text.split('\n')) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const name = /^[A-Za-z_:][A-Za-z0-9_:]*/.exec(line)?.[0];
    if (name === undefined) continue;
    const parsed =
      line[name.length] === '{'
        ? parseLabels(line, name.length + 1)
        : { labels: new Map<string, string>(), end: name.length };
    if (parsed === null) continue;
    const [valueText = ''] = line.slice(parsed.end).trim().split(/\s+/);
    const value = numberOf(valueText);
    if (!Number.isFinite(value)) continue;
    samples.push({ name, labels: parsed.labels, value });
    if (samples.length >= maxSeries) break;
  }
  return samples;
};
