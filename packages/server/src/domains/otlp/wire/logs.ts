import type { LogSink } from '../logs/log-sink.ts';
import { readAnyValue, readKeyValue } from './attributes.ts';
import { cursorOf, readLength, readNanosAsMs, readVarint, skip, wire, type Cursor } from './fields.ts';
import { forEachField, readResource } from './walk.ts';

const readRecord = (cursor: Cursor, end: number, sink: LogSink): void => {
  const attributes = new Map<string, string>();
  let [timeMs, observedMs, body] = [0, 0, ''];
  while (cursor.at < end) {
    const tag = readVarint(cursor);
    if (tag === 1 * 8 + wire.fixed64) timeMs = readNanosAsMs(cursor, end);
    else if (tag === 11 * 8 + wire.fixed64) observedMs = readNanosAsMs(cursor, end);
    else if (tag === 5 * 8 + wire.bytes) body = readAnyValue(cursor, readLength(cursor, end)) ?? '';
    else if (tag === 6 * 8 + wire.bytes) readKeyValue(cursor, readLength(cursor, end), attributes);
    else skip(cursor, tag & 7, end);
  }
  sink.record({ timeMs: timeMs === 0 ? observedMs : timeMs, body, attributes });
};

/** Decodes an ExportLogsServiceRequest (opentelemetry/proto/logs/v1) into `sink`. Throws `MalformedOtlp`. */
export const decodeLogs = (bytes: Buffer, sink: LogSink): void => {
  const cursor = cursorOf(bytes);
  forEachField(cursor, bytes.length, 1, (end) => {
    const start = cursor.at;
    let attributes = new Map<string, string>();
    forEachField(cursor, end, 1, (to) => {
      attributes = readResource(cursor, to);
    });
    sink.resource(attributes);
    cursor.at = start;
    forEachField(cursor, end, 2, (scopeEnd) => {
      forEachField(cursor, scopeEnd, 2, (recordEnd) => readRecord(cursor, recordEnd, sink));
    });
  });
};
