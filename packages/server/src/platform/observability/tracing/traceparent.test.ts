import { describe, expect, it } from 'vitest';
import { parseTraceparent } from './traceparent.ts';

const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const spanId = '00f067aa0ba902b7';

describe('traceparent', () => {
  it('is read with its sampled flag', () => {
    expect(parseTraceparent(`00-${traceId}-${spanId}-01`)).toEqual({ traceId, spanId, sampled: true });
    expect(parseTraceparent(`00-${traceId}-${spanId}-02`)).toEqual({ traceId, spanId, sampled: false });
  });

  it('of a later version is read as far as it is known', () => {
    expect(parseTraceparent(`cc-${traceId}-${spanId}-01-what-comes`)).toMatchObject({ traceId });
  });

  it.each([
    ['absent', undefined],
    ['repeated', [`00-${traceId}-${spanId}-01`]],
    ['empty', ''],
    ['of the forbidden version', `ff-${traceId}-${spanId}-01`],
    ['of version 00 with more behind it', `00-${traceId}-${spanId}-01-more`],
    ['without a trace', `00-${'0'.repeat(32)}-${spanId}-01`],
    ['without a span', `00-${traceId}-${'0'.repeat(16)}-01`],
    ['in capitals', `00-${traceId.toUpperCase()}-${spanId}-01`],
    ['endless', `cc-${traceId}-${spanId}-01-${'a'.repeat(100_000)}`],
  ])('that is %s is ignored', (_what, header) => {
    expect(parseTraceparent(header)).toBeUndefined();
  });
});
