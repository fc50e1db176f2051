import { cursorOf } from './fields.ts';
import { forEachField } from './walk.ts';

/** Number of spans of an ExportTraceServiceRequest (opentelemetry/proto/trace/v1). Throws `MalformedOtlp`. */
export const countSpans = (bytes: Buffer): number => {
  const cursor = cursorOf(bytes);
  let spans = 0;
  forEachField(cursor, bytes.length, 1, (end) => {
    forEachField(cursor, end, 2, (scopeEnd) => {
      forEachField(cursor, scopeEnd, 2, () => {
        spans += 1;
      });
    });
  });
  return spans;
};
