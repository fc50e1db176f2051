/** A caller's span, as its `traceparent` names it. */
export interface CallerSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly sampled: boolean;
}

/** W3C Trace Context 1: version 00 ends after the flags; later versions may go on after another hyphen. */
const form = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const headerMaxLength = 512;
const sampledFlag = 1;

/** Reads a `traceparent`; undefined where there is none, several, or none that the standard allows. */
export const parseTraceparent = (header: string | readonly string[] | undefined): CallerSpan | undefined => {
  if (typeof header !== 'string' || header.length > headerMaxLength) return undefined;
  const [, version, traceId = '', spanId = '', flags = '', rest] = form.exec(header.trim()) ?? [];
  if (version === undefined || version === 'ff' || (version === '00' && rest !== undefined)) return undefined;
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, sampled: (Number.parseInt(flags, 16) & sampledFlag) === sampledFlag };
};
