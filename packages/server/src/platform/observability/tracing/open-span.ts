import { ROOT_CONTEXT, SpanStatusCode, trace, type Context, type Span } from '@opentelemetry/api';
import { AppError } from '../../errors.ts';

/** One span that is open, and what its trace has made so far. */
export interface OpenSpan {
  readonly span: Span;
  readonly context: Context;
  readonly made: { spans: number };
  ended: boolean;
}

export const openSpan = (span: Span, made: OpenSpan['made']): OpenSpan => ({
  span,
  context: trace.setSpan(ROOT_CONTEXT, span),
  made,
  ended: false,
});

const wordOfCode = /^[A-Za-z0-9_]{1,40}$/;

/** An error's kind, from closed sets: the catalogue's code, an SQLSTATE or a system code, else its class. */
const errorType = (error: unknown): string => {
  if (error instanceof AppError) return error.code;
  if (!(error instanceof Error)) return 'unknown';
  const code = 'code' in error ? error.code : undefined;
  return typeof code === 'string' && wordOfCode.test(code) ? code : error.name;
};

/** Refusals are answers, not faults. */
const isFault = (error: unknown): boolean => !(error instanceof AppError) || error.status >= 500;

/** Ends it, once; with the kind of the error that ended its work, never with the error's text. */
export const endSpan = (made: OpenSpan, error?: unknown): void => {
  if (made.ended) return;
  made.ended = true;
  if (error !== undefined) {
    made.span.setAttribute('error.type', errorType(error));
    if (isFault(error)) made.span.setStatus({ code: SpanStatusCode.ERROR });
  }
  made.span.end();
};
