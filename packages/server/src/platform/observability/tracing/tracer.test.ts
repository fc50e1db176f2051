import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { AlwaysOnSampler, TracerProvider, type ReadableSpan } from '@opentelemetry/sdk-trace';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../errors.ts';
import { createTracer, maxSpansPerTrace, type TracerDeps } from './tracer.ts';
import { peersWithin } from './trusted-peers.ts';
import type { RequestFacts } from './types.ts';

const callerTrace = '4bf92f3577b34da6a3ce929d0e0e4736';
const callerSpan = '00f067aa0ba902b7';
const from = (peerAddress: string, flags?: string): Partial<RequestFacts> => ({
  peerAddress,
  headers: flags === undefined ? {} : { traceparent: `00-${callerTrace}-${callerSpan}-${flags}` },
});

const facts = (given: Partial<RequestFacts> = {}): RequestFacts => ({
  method: 'GET',
  path: '/things/7',
  scheme: 'http',
  httpVersion: '1.1',
  headers: {},
  peerAddress: '192.0.2.1',
  correlationId: 'correlation-1',
  ...given,
});

const recorder = (deps: Partial<TracerDeps> = {}) => {
  const spans: ReadableSpan[] = [];
  const done = () => Promise.resolve();
  const provider = new TracerProvider({
    sampler: new AlwaysOnSampler(),
    spanProcessors: [
      { onStart: () => undefined, onEnd: (span) => spans.push(span), forceFlush: done, shutdown: done },
    ],
  });
  const tracer = createTracer({
    sdk: provider.getTracer('test'),
    sampleRatio: 1,
    random: () => 0.5,
    isTrustedPeer: peersWithin(['10.0.0.0/8', '2001:db8::/32', '127.0.0.1']),
    onTooLarge: () => undefined,
    ...deps,
  });
  const only = (): ReadableSpan => {
    const [span, ...rest] = spans;
    if (span === undefined || rest.length > 0) throw new Error(`There are ${spans.length} spans`);
    return span;
  };
  return { spans, tracer, only };
};

const failWith = async (work: Promise<unknown>): Promise<unknown> => work.catch((error: unknown) => error);

describe('the span of a request', () => {
  it('has the route’s name, what was asked and what was answered', () => {
    const { tracer, only } = recorder();
    const span = tracer.startRequest(facts());
    span.fail('not_found');
    span.end('/things/:id', 404);
    span.end('/other', 500);
    expect(only()).toMatchObject({
      name: 'GET /things/:id',
      kind: SpanKind.SERVER,
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        'http.request.method': 'GET',
        'http.route': '/things/:id',
        'http.response.status_code': 404,
        'url.path': '/things/7',
        'gpushield.error_code': 'not_found',
        correlation_id: 'correlation-1',
      },
    });
  });

  it('is an error where the fault is ours', () => {
    const { tracer, only } = recorder();
    tracer.startRequest(facts()).end(undefined, 503);
    expect(only()).toMatchObject({ name: 'GET', status: { code: SpanStatusCode.ERROR } });
  });

  it('shows no credential that a caller put into the path', () => {
    const { tracer, only } = recorder();
    const token = `eyJhbGciOiJIUzI1NiJ9.${'eyJzdWIiOiIxIn0'.repeat(2)}.${'c2lnbmF0dXJl'.repeat(3)}`;
    tracer.startRequest(facts({ path: `/things/${token}` })).end(undefined, 404);
    expect(JSON.stringify(only().attributes)).not.toContain('c2lnbmF0dXJl');
  });
});

describe('a caller’s traceparent', () => {
  it.each(['10.1.2.3', '2001:db8::1', '127.0.0.1'])('is continued for the listed proxy %s', (peer) => {
    const { tracer, only } = recorder({ sampleRatio: 0 });
    tracer.startRequest(facts(from(peer, '01'))).end(undefined, 200);
    expect(only().spanContext().traceId).toBe(callerTrace);
    expect(only().parentSpanContext?.spanId).toBe(callerSpan);
  });

  it('of a listed proxy that keeps nothing makes us keep nothing', () => {
    const { tracer, spans } = recorder();
    tracer.startRequest(facts(from('10.1.2.3', '00'))).end(undefined, 200);
    expect(spans).toEqual([]);
  });

  it.each(['192.0.2.1', '::1', ''])('is a link only for any other peer (%s)', (peer) => {
    const { tracer, only } = recorder();
    tracer.startRequest(facts(from(peer, '01'))).end(undefined, 200);
    expect(only().spanContext().traceId).not.toBe(callerTrace);
    expect(only().parentSpanContext).toBeUndefined();
    expect(only().links).toMatchObject([{ context: { traceId: callerTrace, spanId: callerSpan } }]);
  });

  it('of any other peer cannot make us keep more than our share', () => {
    const { tracer, spans } = recorder({ sampleRatio: 0.4 });
    tracer.startRequest(facts(from('192.0.2.1', '01'))).end(undefined, 200);
    expect(spans).toEqual([]);
  });
});

describe('spans below a request', () => {
  it('belong to the request that runs them, also when several run at once', async () => {
    const { tracer, spans } = recorder();
    const one = async (path: string): Promise<void> => {
      const span = tracer.startRequest(facts({ path }));
      await span.run(async () => {
        await new Promise((resolve) => setImmediate(resolve));
        await tracer.child(`outer ${path}`, {}, () =>
          tracer.child(`inner ${path}`, {}, () => Promise.resolve()),
        );
      });
      span.end(path, 200);
    };
    await Promise.all([one('/a'), one('/b')]);
    const byName = new Map(spans.map((span) => [span.name, span]));
    for (const path of ['/a', '/b']) {
      const request = byName.get(`GET ${path}`)?.spanContext();
      expect(byName.get(`outer ${path}`)?.parentSpanContext?.spanId).toBe(request?.spanId);
      expect(byName.get(`inner ${path}`)?.parentSpanContext?.spanId).toBe(
        byName.get(`outer ${path}`)?.spanContext().spanId,
      );
      expect(byName.get(`inner ${path}`)?.spanContext().traceId).toBe(request?.traceId);
    }
  });

  it('are not made without a request, nor after its end, nor below one that is not kept', async () => {
    const { tracer, spans } = recorder({ random: () => 0.99, sampleRatio: 1 });
    await tracer.child('alone', {}, () => Promise.resolve());
    const span = tracer.startRequest(facts());
    const late = span.run(() => async () => tracer.child('late', {}, () => Promise.resolve()));
    span.end(undefined, 200);
    await span.run(late);
    expect(spans.map(({ name }) => name)).toEqual(['GET']);
    const unkept = recorder({ sampleRatio: 0 });
    await unkept.tracer
      .startRequest(facts())
      .run(() => unkept.tracer.child('below', {}, () => Promise.resolve()));
    await unkept.tracer.root('batch', 'internal', {}, () => Promise.resolve());
    expect(unkept.spans).toEqual([]);
  });

  it('are bounded in number, and the work goes on', async () => {
    let tooLarge = 0;
    let ran = 0;
    const { tracer, spans } = recorder({ onTooLarge: () => (tooLarge += 1) });
    const span = tracer.startRequest(facts());
    await span.run(async () => {
      for (let n = 0; n < 1000; n += 1) await tracer.child('step', {}, async () => void (ran += 1));
    });
    span.end(undefined, 200);
    expect({ ran, spans: spans.length, tooLarge }).toEqual({
      ran: 1000,
      spans: maxSpansPerTrace,
      tooLarge: 1001 - maxSpansPerTrace,
    });
  });

  it('say what kind of error ended them, never its text, and pass it on as it is', async () => {
    const { tracer, spans } = recorder();
    const fault = Object.assign(new Error('duplicate key hunter2'), { code: '23505' });
    const refusal = new AppError('conflict', { detail: 'hunter2' });
    const request = tracer.startRequest(facts());
    await request.run(async () => {
      expect(await failWith(tracer.child('fault', {}, () => Promise.reject(fault)))).toBe(fault);
      expect(await failWith(tracer.child('refusal', {}, () => Promise.reject(refusal)))).toBe(refusal);
    });
    expect(spans).toMatchObject([
      { attributes: { 'error.type': '23505' }, status: { code: SpanStatusCode.ERROR } },
      { attributes: { 'error.type': 'conflict' }, status: { code: SpanStatusCode.UNSET } },
    ]);
    expect(
      JSON.stringify(spans.map(({ attributes, events, status }) => [attributes, events, status])),
    ).not.toContain('hunter2');
  });
});

describe('a batch', () => {
  it('is a trace of its own even when a request set it off', async () => {
    const { tracer, spans } = recorder();
    const request = tracer.startRequest(facts());
    await request.run(() =>
      tracer.root('commit', 'internal', {}, () => tracer.child('copy', {}, async () => 1)),
    );
    request.end(undefined, 200);
    const [copy, commit, asked] = spans;
    expect(commit?.parentSpanContext).toBeUndefined();
    expect(commit?.spanContext().traceId).not.toBe(asked?.spanContext().traceId);
    expect(copy?.parentSpanContext?.spanId).toBe(commit?.spanContext().spanId);
  });
});
