import type { AsyncLocalStorage } from 'node:async_hooks';
import { SpanStatusCode, type Attributes } from '@opentelemetry/api';
import { maskText } from '../mask.ts';
import type { OpenSpan } from './open-span.ts';
import type { RequestFacts, RequestSpan } from './types.ts';

/** What is known of a request at its beginning, by OpenTelemetry's semantic conventions. */
export const requestAttributes = (facts: RequestFacts): Attributes => ({
  'http.request.method': facts.method,
  'url.path': maskText(facts.path),
  'url.scheme': facts.scheme,
  'network.protocol.version': facts.httpVersion,
  correlation_id: facts.correlationId,
});

/** The span of a request, which is named by its route when that is known. */
export const openRequest = (
  made: OpenSpan,
  method: string,
  current: AsyncLocalStorage<OpenSpan>,
): RequestSpan => ({
  run: (work) => current.run(made, work),
  fail: (code) => {
    if (!made.ended) made.span.setAttribute('gpushield.error_code', code);
  },
  end: (route, status) => {
    if (made.ended) return;
    made.ended = true;
    if (route !== undefined) {
      made.span.updateName(`${method} ${route}`);
      made.span.setAttribute('http.route', route);
    }
    made.span.setAttribute('http.response.status_code', status);
    if (status >= 500) {
      made.span.setAttribute('error.type', String(status));
      made.span.setStatus({ code: SpanStatusCode.ERROR });
    }
    made.span.end();
  },
});
