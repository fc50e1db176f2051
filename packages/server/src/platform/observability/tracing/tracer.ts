import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, SpanKind, trace, type Link, type Tracer as SdkTracer } from '@opentelemetry/api';
import { noTracing } from './no-tracing.ts';
import { endSpan, openSpan, type OpenSpan } from './open-span.ts';
import { openRequest, requestAttributes } from './request-span.ts';
import { parseTraceparent, type CallerSpan } from './traceparent.ts';
import type { RootKind, Tracer } from './types.ts';

export interface TracerDeps {
  readonly sdk: SdkTracer;
  /** From 0 to 1: how many of the traces that begin here are kept. */
  readonly sampleRatio: number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Peers whose `traceparent` is continued; all others' is a link only. */
  readonly isTrustedPeer: (address: string | undefined) => boolean;
  readonly onTooLarge: () => void;
}

/** Spans below one request or batch: a loop over thousands of statements is told by its beginning. */
export const maxSpansPerTrace = 256;

const kinds: Readonly<Record<RootKind, SpanKind>> = {
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
};

const spanContextOf = (caller: CallerSpan) => ({
  traceId: caller.traceId,
  spanId: caller.spanId,
  traceFlags: caller.sampled ? 1 : 0,
  isRemote: true,
});

const linkTo = (caller: CallerSpan | undefined): { links?: Link[] } =>
  caller === undefined ? {} : { links: [{ context: spanContextOf(caller) }] };

/** Ours on the SDK's: context is kept here, in an AsyncLocalStorage of its own, and nothing global is registered. */
export const createTracer = (deps: TracerDeps): Tracer => {
  const { sdk } = deps;
  const current = new AsyncLocalStorage<OpenSpan>();
  const isSampled = (): boolean => deps.random() < deps.sampleRatio;

  const runIn = async <T>(made: OpenSpan, work: () => Promise<T>): Promise<T> => {
    try {
      const result = await current.run(made, work);
      endSpan(made);
      return result;
    } catch (error) {
      endSpan(made, error ?? new Error('rejected with nothing'));
      throw error;
    }
  };

  return {
    startRequest: (facts) => {
      const caller = parseTraceparent(facts.headers['traceparent']);
      const parent = deps.isTrustedPeer(facts.peerAddress) ? caller : undefined;
      if (!(parent?.sampled ?? isSampled())) return noTracing.tracer.startRequest(facts);
      const span = sdk.startSpan(
        facts.method,
        {
          kind: SpanKind.SERVER,
          attributes: requestAttributes(facts),
          ...linkTo(parent === undefined ? caller : undefined),
        },
        parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, spanContextOf(parent)),
      );
      return openRequest(openSpan(span, { spans: 1 }), facts.method, current);
    },
    child: (name, facts, work) => {
      const parent = current.getStore();
      // What outlives its request is not part of it.
      if (parent === undefined || parent.ended) return work();
      if (parent.made.spans >= maxSpansPerTrace) {
        deps.onTooLarge();
        return work();
      }
      parent.made.spans += 1;
      const span = sdk.startSpan(name, { kind: SpanKind.CLIENT, attributes: facts }, parent.context);
      return runIn(openSpan(span, parent.made), work);
    },
    root: (name, kind, facts, work) => {
      if (!isSampled()) return current.exit(work);
      const span = sdk.startSpan(name, { kind: kinds[kind], attributes: facts }, ROOT_CONTEXT);
      return runIn(openSpan(span, { spans: 1 }), work);
    },
  };
};
