import type { LogSink } from '../logs/log-sink.ts';
import { anyValueText, attributesOf, listOf, memberOf, nanosAsMs } from './values.ts';

/** Reads an export of logs in OTLP/JSON into `sink`. */
export const readLogsJson = (document: unknown, sink: LogSink): void => {
  for (const resourceLogs of listOf(memberOf(document, 'resourceLogs'))) {
    sink.resource(attributesOf(memberOf(memberOf(resourceLogs, 'resource'), 'attributes')));
    for (const scope of listOf(memberOf(resourceLogs, 'scopeLogs')))
      for (const record of listOf(memberOf(scope, 'logRecords'))) {
        const timeMs = nanosAsMs(memberOf(record, 'timeUnixNano'));
        sink.record({
          timeMs: timeMs === 0 ? nanosAsMs(memberOf(record, 'observedTimeUnixNano')) : timeMs,
          body: anyValueText(memberOf(record, 'body')) ?? '',
          attributes: attributesOf(memberOf(record, 'attributes')),
        });
      }
  }
};

/** Number of spans of an export of traces in OTLP/JSON. */
export const countSpansJson = (document: unknown): number => {
  let spans = 0;
  for (const resourceSpans of listOf(memberOf(document, 'resourceSpans')))
    for (const scope of listOf(memberOf(resourceSpans, 'scopeSpans')))
      spans += listOf(memberOf(scope, 'spans')).length;
  return spans;
};
